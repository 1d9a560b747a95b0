import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { GateLease } from './lease.ts'
import { credentials, type Site, startSite, trust } from './testing/sites.ts'
import { startGate, type TestGate } from './testing/through.ts'
import { until } from './testing/until.ts'
import { openTunnel } from './tunnel.ts'

const MB = 1024 * 1024

const tls = credentials()
trust(tls.cert)

let harness: TestGate
let site: Site
let lease: GateLease
beforeEach(async () => {
  harness = await startGate()
  site = await startSite(() => undefined)
  lease = await harness.lease(site.origin)
})
afterEach(async () => {
  await harness[Symbol.asyncDispose]()
  await site[Symbol.asyncDispose]()
})

/** A site that is no more than its sockets. */
async function startServer(serve: (socket: Socket) => void): Promise<AsyncDisposable & { readonly origin: string }> {
  const server = createServer(serve)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => void server.close(),
  }
}

const tunnel = () => openTunnel(harness.gate.door, lease.server, site.origin)

test('a page that leaves before its WebSocket is open takes the request with it', async () => {
  const left = Promise.withResolvers<void>()
  site.server.on('upgrade', (_req, socket: Socket) => {
    socket.on('error', () => undefined)
    socket.resume()
    socket.once('end', () => {
      socket.end()
      left.resolve()
    })
    client.end()
  })
  const client = await tunnel()
  client.resume()
  const { host } = new URL(site.origin)
  client.write(`GET /socket HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
  await left.promise
  await until(() => lease.records.length === 1)
  expect(lease.records).toMatchObject([{ path: '/socket', code: 'CLIENT_ABORTED' }])
})

test('a site that answers before it has read the whole of an upload, and hangs up, holds up nobody', async () => {
  const text = (status: string, body: string): string =>
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  await using hasty = await startServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (head) => {
      socket.end(String(head).startsWith('POST') ? text('413 Too Large', 'too large') : text('200 OK', 'next'))
      socket.resume()
    })
  })
  const { host, origin } = new URL(hasty.origin)
  await using own = await harness.lease(origin)
  const client = await openTunnel(harness.gate.door, own.server, origin)
  let answers = ''
  client.on('data', (chunk) => {
    answers += chunk
  })
  client.write(`POST /upload HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${33 * MB}\r\n\r\n`)
  client.write(Buffer.alloc(MB))
  await until(() => answers.includes('too large'))
  // As a browser does, it sends the whole of it all the same.
  for (let i = 0; i < 32; i++) client.write(Buffer.alloc(MB))
  client.write(`GET /next HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
  await until(() => answers.includes('next'))
  expect(answers).toMatch(/^HTTP\/1\.1 413 /)
  expect(own.outcome()).toMatchObject({ faults: [], forwarded: 2 })
  client.destroy()
})

test.each([
  ['http', {}],
  ['https', { tls }],
])('when a lease has closed, all that it let through to %s is on record', async (_scheme, options) => {
  const arrived = Promise.withResolvers<void>()
  await using silent = await startSite(() => arrived.resolve(), options)
  await using own = await harness.lease(silent.origin)
  const sent = harness.send(own, `${silent.origin}/pending`)
  sent.catch(() => undefined)
  await arrived.promise
  await own.close()
  expect(own.records).toMatchObject([{ path: '/pending', verdict: 'faulted', code: 'CLIENT_ABORTED' }])
  await expect(sent).rejects.toThrow()
})
