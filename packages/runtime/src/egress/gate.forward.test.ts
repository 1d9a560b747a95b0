import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { GateLease } from './lease.ts'
import { type FixtureProxy, startProxy } from './testing/fixture-proxy.ts'
import { credentials, type Site, startSite, trust } from './testing/sites.ts'
import { bodyOf, startGate, type TestGate } from './testing/through.ts'
import { until } from './testing/until.ts'
import { openTunnel } from './tunnel.ts'

const MB = 1024 * 1024
const PIECE = randomBytes(MB)
const GZIPPED = gzipSync('squeezed '.repeat(100))

const routes: Record<string, (req: IncomingMessage, res: ServerResponse) => void | Promise<void>> = {
  '/echo': async (req, res) => {
    const body = await bodyOf(req)
    res.end(JSON.stringify({ method: req.method, url: req.url, headers: req.rawHeaders, body: String(body) }))
  },
  '/cookies': (_req, res) => {
    res.writeHead(201, 'Made Up', [
      'Set-Cookie',
      'a=1',
      'X-MiXeD',
      'kept',
      'Set-Cookie',
      'b=2',
      'Connection',
      'X-Hop',
      'X-Hop',
      '1',
    ])
    res.end('done')
  },
  '/gzip': (_req, res) => {
    res.writeHead(200, { 'content-encoding': 'gzip', 'content-length': GZIPPED.length }).end(GZIPPED)
  },
  '/not-modified': (_req, res) => {
    res.writeHead(304, { etag: '"x"' }).end()
  },
  '/big': async (req, res) => {
    await pipeline(async function* () {
      for (let i = 0; i < Number(req.url?.split('?')[1]); i++) yield PIECE
    }, res)
  },
  '/endless': async (_req, res) => {
    produced = 0
    const endless = pipeline(async function* () {
      for (; ; produced++) yield PIECE
    }, res)
    await endless.catch(() => {})
  },
  '/upload': async (req, res) => {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const chunk of req) {
      hash.update(chunk)
      bytes += chunk.length
    }
    res.end(`${bytes} ${hash.digest('hex')}`)
  },
  '/events': (_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    res.flushHeaders()
    eventStreams.push(res)
  },
}
const eventStreams: ServerResponse[] = []
/** Megabytes that `/endless` has handed to its socket. */
let produced = 0

const listener: RequestListener = (req, res) => void routes[req.url?.split('?')[0] ?? '']?.(req, res)

describe.each(['http', 'https'] as const)('the gate forwards %s', (scheme) => {
  describe.each(['direct', 'proxy'] as const)('%s', (via) => {
    let site: Site
    let proxy: FixtureProxy
    let harness: TestGate
    let lease: GateLease
    let sockets: WebSocketServer

    beforeAll(async () => {
      const tls = credentials()
      trust(tls.cert)
      site = await startSite(listener, scheme === 'https' ? { tls } : {})
      sockets = new WebSocketServer({ server: site.server, path: '/socket' })
      sockets.on('connection', (socket) =>
        socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
      )
      proxy = await startProxy()
      harness = await startGate()
      lease = await harness.lease(site.origin, via === 'proxy' ? { proxy: proxy.proxy } : {})
    })
    afterAll(async () => {
      sockets.close()
      await harness[Symbol.asyncDispose]()
      await proxy[Symbol.asyncDispose]()
      await site[Symbol.asyncDispose]()
    })
    const get = (path: string, options = {}) => harness.send(lease, site.origin + path, options)

    test('a request: marked with its run and its user agent, without what is between neighbours', async () => {
      const headers = { 'X-RefBot-Run': 'forged', 'Proxy-Connection': 'keep-alive', 'X-Custom': 'Yes' }
      const response = await get('/echo?q=1', { method: 'POST', headers, body: 'hello' })
      const echoed = JSON.parse(String(await bodyOf(response)))
      expect(echoed).toMatchObject({ method: 'POST', url: '/echo?q=1', body: 'hello' })
      expect(pairs(echoed.headers)).toEqual([
        ['host', new URL(site.origin).host],
        ['user-agent', 'Test/1 RefBot/9.9'],
        ['X-Custom', 'Yes'],
        ['Content-Length', '5'],
        ['X-RefBot-Run', 'run-1'],
        ['Connection', 'keep-alive'],
      ])
      await until(() => lease.records.length === 1)
      expect(lease.records[0]).toMatchObject({
        method: 'POST',
        path: '/echo',
        verdict: 'forwarded',
        rule: 'target',
        status: 200,
        via,
      })
      expect(lease.outcome()).toMatchObject({ faults: [], forwarded: 1, firstByteMs: expect.any(Number) })
    })

    test('through the proxy if there is one, http too', () => {
      const authority = `127.0.0.1:${site.port}`
      expect(new Set(proxy.asked)).toEqual(new Set(via === 'proxy' ? [authority] : []))
    })

    test('status, reason, header case and every Set-Cookie come back as they were', async () => {
      const response = await get('/cookies')
      expect([response.statusCode, response.statusMessage]).toEqual([201, 'Made Up'])
      expect(response.headers['set-cookie']).toEqual(['a=1', 'b=2'])
      expect(response.rawHeaders).toContain('X-MiXeD')
      expect(response.rawHeaders).not.toContain('X-Hop')
    })

    test('a compressed body untouched, with its length', async () => {
      const response = await get('/gzip', { headers: { 'accept-encoding': 'gzip' } })
      expect(response.headers).toMatchObject({ 'content-encoding': 'gzip', 'content-length': `${GZIPPED.length}` })
      expect(await bodyOf(response)).toEqual(GZIPPED)
    })

    test('HEAD and 304: a head without a body', async () => {
      const head = await get('/gzip', { method: 'HEAD' })
      expect(head.headers['content-length']).toBe(`${GZIPPED.length}`)
      expect(await bodyOf(head)).toHaveLength(0)
      const unchanged = await get('/not-modified', { headers: { 'if-none-match': '"x"' } })
      expect([unchanged.statusCode, unchanged.headers.etag]).toEqual([304, '"x"'])
      expect(await bodyOf(unchanged)).toHaveLength(0)
    })

    // The longest way carries the 50 MB; the others show that they stream as well.
    const size = scheme === 'https' && via === 'proxy' ? 50 : 5

    test(`${size} MB down, intact`, async () => {
      const response = await get(`/big?${size}`)
      const hash = createHash('sha256')
      for await (const chunk of response) hash.update(chunk)
      expect(hash.digest('hex')).toBe(hashOf(size))
    })

    test('in flat memory: a reader that stops stops the site; one that leaves is nobody’s fault', async () => {
      const response = await get('/endless')
      let seen = -1
      while (seen !== produced) {
        seen = produced
        for (let i = 0; i < 5; i++) await bodyOf(await get('/gzip'))
      }
      expect(produced).toBeLessThan(64)
      response.destroy()
      await until(() => lease.records.at(-1)?.path === '/endless')
      expect(lease.records.at(-1)).toMatchObject({ status: 200, verdict: 'forwarded', code: 'CLIENT_ABORTED' })
    })

    test(`${size} MB up, without a length, intact`, async () => {
      const response = await get('/upload', {
        method: 'POST',
        with: (sent: NodeJS.WritableStream) =>
          void pipeline(async function* () {
            for (let i = 0; i < size; i++) yield PIECE
          }, sent),
      })
      expect(String(await bodyOf(response))).toBe(`${size * MB} ${hashOf(size)}`)
    })

    test('an event stream: its head at once, each event as it comes', async () => {
      const response = await get('/events')
      expect(response.headers['content-type']).toBe('text/event-stream')
      const stream = eventStreams.at(-1)
      for (const event of ['data: one\n\n', 'data: two\n\n']) {
        stream?.write(event)
        const [chunk] = await once(response, 'data')
        expect(String(chunk)).toBe(event)
      }
      stream?.end()
      await once(response, 'end')
    })

    test('a WebSocket, both ways', async () => {
      const door = { port: harness.gate.port, certificatePem: harness.identity.certificatePem }
      const socket = await openTunnel(door, lease.server, site.origin)
      const client = new WebSocket(`ws://127.0.0.1:${site.port}/socket`, {
        perMessageDeflate: false,
        createConnection: () => socket,
      })
      await once(client, 'open')
      for (const message of ['hello', 'x'.repeat(200_000)]) {
        client.send(message)
        const [echo] = await once(client, 'message')
        expect(String(echo)).toBe(message)
      }
      client.close()
      await once(client, 'close')
      await until(() => lease.records.at(-1)?.path === '/socket')
      expect(lease.records.at(-1)).toMatchObject({ status: 101, verdict: 'forwarded' })
      expect(lease.records.at(-1)?.bytes).toBeGreaterThan(400_000)
    })

    test('nothing of this was anybody’s fault', () => {
      expect(lease.outcome()).toMatchObject({ faults: [], refusals: [], refused: 0 })
    })
  })
})

function hashOf(megabytes: number): string {
  const hash = createHash('sha256')
  for (let i = 0; i < megabytes; i++) hash.update(PIECE)
  return hash.digest('hex')
}

function pairs(raw: string[]): string[][] {
  return raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1] ?? '']] : []))
}
