import { duplexPair } from 'node:stream'
import type { LogLine } from '@refbot/plugin-sdk/host'
import { expect, it } from 'vitest'
import { createPort } from './child-port.ts'
import { HOST_INTAKE } from './intake.ts'
import { type ChildApi, type HostApi, hostCalls, validated } from './protocol.ts'
import { connect } from './rpc.ts'

/** The plugin's side, connected to a host that checks what it is told and keeps the lines. */
function connected(own: Partial<HostApi> = {}) {
  const lines: LogLine[] = []
  const [hostEnd, childEnd] = duplexPair()
  const fail = (error: Error) => expect.unreachable(error.message)
  const refuse = (name: string) => async () => expect.unreachable(name)
  const api = {
    ...Object.fromEntries(Object.keys(hostCalls).map((name) => [name, refuse(name)])),
    log: async (batch: readonly LogLine[]) => void lines.push(...batch),
    ...own,
  } as unknown as HostApi
  connect<ChildApi, HostApi>(hostEnd, validated(api, fail), fail, HOST_INTAKE)
  const host = connect<HostApi, object>(childEnd, {}, fail)
  const signal = new AbortController().signal
  return { lines, port: createPort({ host: host as never, artifactsDir: '/nowhere', signal }) }
}

it.each([
  ['an object of a class', { at: new URL('http://a.test/') }, { at: 'http://a.test/' }],
  ['what is written as a text', new Date(0), { value: '1970-01-01T00:00:00.000Z' }],
  ['what is written as nothing', { toJSON: () => undefined }, { value: null }],
  [
    'an error',
    { error: Object.assign(new TypeError('no page'), { code: 'X' }) },
    { error: { name: 'TypeError', message: 'no page', code: 'X' } },
  ],
  [
    'what holds itself',
    (() => {
      const ring: Record<string, unknown> = {}
      ring.ring = ring
      return ring
    })(),
    { unserialisable: expect.any(String) },
  ],
])('fields of a line that are %s reach the host as JSON, and end no run', async (_, fields, told) => {
  const { port, lines } = connected()
  port.log({ at: 0, level: 'info', message: 'm', fields: fields as never })
  await port.settle()
  expect(lines).toEqual([{ at: 0, level: 'info', message: 'm', fields: told }])
})

it('what was said is handed on although the browser was never reached', async () => {
  const { port, lines } = connected({
    openPage: async () => ({
      id: 'a',
      endpoint: 'ws://127.0.0.1:1/',
      proxyServer: 'http://127.0.0.1:1',
      userAgent: 'a',
    }),
  })
  await expect(port.browser.page({ target: 'http://127.0.0.1:1/' })).rejects.toThrow()
  port.log({ at: 0, level: 'error', message: 'no browser' })
  await port.settle()
  expect(lines).toEqual([{ at: 0, level: 'error', message: 'no browser' }])
}, 60_000)

it('values that hold one part many times, or a property without a value, are stored as JSON writes them', async () => {
  const stored: unknown[] = []
  const { port } = connected({ storageSet: async (...set) => void stored.push(set) })
  const part = Array.from({ length: 100 }, () => 'x')
  await port.storage.set('key', { parts: Array(50).fill(part), left: undefined })
  expect(stored).toEqual([['key', { parts: Array(50).fill(part) }]])
})
