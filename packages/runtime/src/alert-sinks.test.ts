import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { type AlertNotification, type AlertSink, signWebhook } from '@refbot/analytics'
import { describe, expect, it } from 'vitest'
import { alertSinks } from './alert-sinks.ts'
import { parseConfig, type RefbotConfigInput } from './config/index.ts'
import { ALERT } from './store/testing/operator-samples.ts'

const NOTIFICATION: AlertNotification = {
  id: 'm1',
  group: {},
  status: 'firing',
  alerts: [ALERT],
  at: 1_800_000_000_000,
}
const KEY = 's3cret-of-the-hook'

interface Received {
  readonly path: string | undefined
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: string
}

const NOTHING: Received = { path: undefined, headers: {}, body: '' }

/** Takes what is posted to it. */
async function receiver() {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      received.push({ path: request.url, headers: request.headers, body })
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    received,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]: () => void server.close(),
  }
}

/** A mail server of the fewest words that a client needs. */
async function mailServer() {
  const mails: string[] = []
  const server = createTcpServer((socket) => {
    let text = ''
    let inMail = false
    socket.on('error', () => undefined)
    socket.write('220 test\r\n')
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end)
        text = text.slice(end + 2)
        if (inMail) {
          if (line === '.') inMail = false
          else mails.push(line)
          if (!inMail) socket.write('250 ok\r\n')
        } else if (line === 'DATA') {
          inMail = true
          socket.write('354 go on\r\n')
        } else if (line === 'QUIT') socket.end('221 bye\r\n')
        else socket.write(line.startsWith('EHLO') ? '250-test\r\n250 AUTH PLAIN\r\n' : '250 ok\r\n')
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { mails, port: (server.address() as AddressInfo).port, [Symbol.dispose]: () => void server.close() }
}

function sinks(configured: RefbotConfigInput['alertSinks']): readonly AlertSink[] {
  return alertSinks(parseConfig({ alertSinks: configured }, undefined, { env: { REFBOT_SECRET_KEY: KEY } }).alertSinks)
}

const send = ([sink]: readonly AlertSink[]) => sink?.send(NOTIFICATION, new AbortController().signal)

describe('a sink of the configuration', () => {
  it.each([
    ['webhook', '/hook', '/hook', { status: 'firing', title: 'Alert firing: slow' }],
    ['slack', '/hook', '/hook', { text: expect.stringContaining('slow') }],
    ['teams', '/hook', '/hook', { type: 'message' }],
    ['ntfy', '/topic', '/', { topic: 'topic' }],
    ['alertmanager', '', '/api/v2/alerts', [{ labels: { alertname: 'slow', plugin: 'shop' } }]],
  ] as const)('%s gets the message in its own form', async (kind, at, path, body) => {
    using server = await receiver()
    await send(sinks([{ kind, url: `${server.url}${at}`, headers: { 'X-Key': { $secret: 'key' } } }]))
    expect(server.received).toMatchObject([{ path, headers: { 'x-key': KEY } }])
    expect(JSON.parse(server.received[0]?.body ?? '')).toMatchObject(body)
  })

  it('signs with its secret', async () => {
    using server = await receiver()
    await send(sinks([{ kind: 'webhook', url: server.url, secret: { $secret: 'key' } }]))
    const [{ headers, body } = NOTHING] = server.received
    const [, seconds] = /^t=(\d+),/.exec(`${headers['x-refbot-signature']}`) ?? []
    expect(headers['x-refbot-signature']).toBe(signWebhook(KEY, body, Number(seconds)))
  })

  it('sends a mail', async () => {
    using server = await mailServer()
    const mail = { kind: 'email', host: '127.0.0.1', port: server.port, tls: 'none' } as const
    await send(sinks([{ ...mail, from: 'refbot@example.com', to: ['a@example.com', 'b@example.com'] }]))
    expect(server.mails).toEqual(
      expect.arrayContaining([
        'Subject: [RefBot] Alert firing: slow',
        'To: a@example.com, b@example.com',
        expect.stringContaining('The sign-up is slow'),
      ]),
    )
  })

  it('demands TLS of a mail server unless it is told not to', async () => {
    using server = await mailServer()
    const made = sinks([
      { kind: 'email', host: '127.0.0.1', port: server.port, from: 'refbot@example.com', to: ['a@example.com'] },
    ])
    await expect(send(made)).rejects.toThrow()
    expect(server.mails).toEqual([])
  })

  it('is named by its kind, unless it has a name', () => {
    const url = 'http://127.0.0.1/x'
    const made = sinks([
      { kind: 'slack', url },
      { kind: 'slack', url, name: 'on call', minSeverity: 'critical' },
    ])
    expect(made.map(({ name, minSeverity }) => [name, minSeverity])).toEqual([
      ['slack', undefined],
      ['on call', 'critical'],
    ])
  })

  it('that fails repeats nothing of a secret', async () => {
    const made = sinks([{ kind: 'slack', url: `http://127.0.0.1:1/${KEY}`, headers: { 'X-Key': { $secret: 'key' } } }])
    const error = await send(made)?.catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(Error)
    expect(`${error}`).not.toContain(KEY)
  })
})
