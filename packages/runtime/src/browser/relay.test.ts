import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { until } from '../egress/testing/until.ts'
import { type RefusedCommand, Relay } from './relay.ts'

let relay: Relay
let sent: string[]
let refused: RefusedCommand[]
let gone: number
let paused: number
let accepting: boolean
let client: WebSocket | undefined

beforeEach(async () => {
  sent = []
  refused = []
  gone = 0
  paused = 0
  accepting = true
  relay = await Relay.start({
    browser: {
      send: (message) => {
        sent.push(message)
        return accepting
      },
      pause: () => paused++,
      resume: () => {},
    },
    limits: { leaseServers: () => [], insideRunFolder: () => false },
    onRefusedCommand: (command) => refused.push(command),
    onClientGone: () => gone++,
  })
})
afterEach(async () => {
  client?.terminate()
  client = undefined
  await relay[Symbol.asyncDispose]()
})

async function open(endpoint = relay.endpoint, options = {}): Promise<WebSocket> {
  const socket = new WebSocket(endpoint, options)
  client ??= socket
  await once(socket, 'open')
  return socket
}

describe('one client, by its secret path', () => {
  test('passes commands on as it has read them, and answers unread', async () => {
    const socket = await open()
    socket.send('{"method":"Page.crash","id":7,"method":"Page.enable","sessionId":"S","extra":1}')
    await until(() => sent.length === 1)
    expect(sent).toEqual(['{"id":7,"method":"Page.enable","params":{},"sessionId":"S"}'])
    const answer = once(socket, 'message')
    relay.deliver(Buffer.from('{"id":7,"result":{"of":"any kind"}}'))
    expect(String((await answer)[0])).toBe('{"id":7,"result":{"of":"any kind"}}')
  })

  test('answers a refused command itself, with a reason', async () => {
    const socket = await open()
    socket.send('{"id":8,"method":"Tethering.bind","params":{"port":1},"sessionId":"S"}')
    const [answer] = await once(socket, 'message')
    expect(JSON.parse(String(answer))).toEqual({
      id: 8,
      sessionId: 'S',
      error: { code: -32000, message: expect.stringContaining('RefBot refused Tethering.bind: ') },
    })
    expect(refused).toEqual([{ method: 'Tethering.bind', reason: expect.any(String) }])
    expect(sent).toEqual([])
  })

  test.each([
    ['a wrong path', () => open(relay.endpoint.slice(0, -1))],
    ['no path', () => open(new URL(relay.endpoint).origin.replace('http', 'ws'))],
    ['a page', () => open(relay.endpoint, { origin: 'http://127.0.0.1' })],
    ['another name for this host', () => open(relay.endpoint, { headers: { Host: 'evil.example' } })],
  ])('turns away %s', async (_name, attempt) => {
    await expect(attempt()).rejects.toThrow('404')
    expect(gone).toBe(0)
  })

  test('turns away a second one, at the same time and afterwards', async () => {
    const first = await open()
    await expect(open()).rejects.toThrow('404')
    first.close()
    await until(() => gone === 1)
    await expect(open()).rejects.toThrow('404')
    expect(gone).toBe(1)
  })

  test.each([
    '',
    'banana',
    '[]',
    'null',
    '{}',
    '{"id":"1","method":"Page.enable"}',
    '{"id":1.5,"method":"Page.enable"}',
    '{"id":1}',
    '{"id":1,"method":"Page.enable","params":[]}',
    '{"id":1,"method":"Page.enable","sessionId":5}',
  ])('lets go of one that sends %j', async (text) => {
    const socket = await open()
    socket.send(text)
    const [code] = await once(socket, 'close')
    expect(code).toBe(1008)
    await until(() => gone === 1)
    expect(sent).toEqual([])
  })
})

test('a client that does not read holds the browser back', async () => {
  const socket = await open()
  socket.pause()
  const chunk = Buffer.alloc(1024 * 1024, 'x')
  while (paused === 0) {
    relay.deliver(chunk)
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(paused).toBe(1)
})

test('a browser that does not read holds the client back', async () => {
  const socket = await open()
  accepting = false
  socket.send('{"id":1,"method":"Page.enable"}')
  await until(() => sent.length === 1)
  socket.send('{"id":2,"method":"Page.enable"}')
  await new Promise((resolve) => socket.ping('', true, resolve))
  expect(sent).toHaveLength(1)
  accepting = true
  relay.drained()
  await until(() => sent.length === 2)
})
