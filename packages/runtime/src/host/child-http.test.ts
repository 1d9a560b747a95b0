import { StoppedError } from '@refbot/plugin-sdk'
import type { BirpcReturn } from 'birpc'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { GateLease } from '../egress/index.ts'
import { type Site, startSite } from '../egress/testing/sites.ts'
import { startGate, type TestGate } from '../egress/testing/through.ts'
import { createHttp } from './child-http.ts'
import { HttpClients } from './http-clients.ts'
import { HttpDesk } from './http-desk.ts'
import { type ChildApi, type HostApi, hostCalls } from './protocol.ts'

let gate: TestGate
let site: Site
let lease: GateLease
let desk: HttpDesk
let stop: AbortController
/** What the plugin's process asked of its host, in order. */
let asked: string[]

beforeEach(async () => {
  gate = await startGate()
  site = await startSite((req, res) => {
    req.resume()
    req.once('end', () => res.end('site'))
  })
  lease = await gate.lease(site.origin)
  stop = new AbortController()
  asked = []
  const clients = new HttpClients()
  desk = new HttpDesk({
    takeClient: async (_url, leaseId) => clients.take({ origin: site.origin, leaseId }, () => gate.gate.client(lease)),
    giveBack: (client) => clients.giveBack(client),
    closeClient: (client) => clients.close(client),
  })
})
afterEach(async () => {
  await desk[Symbol.asyncDispose]()
  await gate[Symbol.asyncDispose]()
  await site[Symbol.asyncDispose]()
})

/** Both sides of `ctx.http` without the pipe between them. */
function http(onCall: (name: string) => void = () => undefined) {
  const through = <Args extends unknown[], Result>(name: keyof typeof hostCalls, call: (...args: Args) => Result) => {
    return async (...args: Args): Promise<Awaited<Result>> => {
      hostCalls[name].parse(args)
      asked.push(name)
      onCall(name)
      return await call(...args)
    }
  }
  const host = {
    httpBody: through('httpBody', (id: number, part: Uint8Array) => desk.addBody(id, part)),
    httpRequest: through('httpRequest', (request: Parameters<HttpDesk['request']>[0]) => desk.request(request)),
    httpRead: through('httpRead', (id: number) => desk.read(id)),
    httpCancel: through('httpCancel', (id: number) => desk.cancel(id)),
  }
  return createHttp(host as unknown as BirpcReturn<HostApi, ChildApi>, stop.signal)
}

describe('a run that is stopped while a body is on its way to the host', () => {
  it('sends nothing of it: half a form is worse than none', async () => {
    const sent = http((name) => {
      if (name === 'httpBody') stop.abort()
    }).request(`${site.origin}/form`, { body: new Uint8Array(2_000_000) })
    await expect(sent).rejects.toThrow(StoppedError)
    expect(asked).not.toContain('httpRequest')
    expect(site.arrived).toEqual([])
  })
})

describe('a call that its author got wrong', () => {
  it.each([
    ['a time-out of nothing', { timeoutMs: 0 }],
    ['a time-out without end', { timeoutMs: Number.POSITIVE_INFINITY }],
    ['a header that is a number', { headers: { 'x-count': 7 } }],
    ['a header longer than a frame should carry', { headers: { cookie: 'x'.repeat(20_000) } }],
    ['a method of two words', { method: 'get it' }],
    ['a body that is no text and no bytes', { body: new ArrayBuffer(8) }],
    ['an address of no text', {}, 7],
  ])('is told so, and nothing crosses: %s', async (_name, options, url: unknown = site.origin) => {
    const sent = http().request(url as string, options as object)
    await expect(sent).rejects.toMatchObject({
      code: 'PLUGIN_CALL_INVALID',
      message: expect.stringContaining('http.request'),
      retryable: false,
    })
    expect(asked).toEqual([])
  })

  it('and the next one works', async () => {
    const client = http()
    await client.request(site.origin, { timeoutMs: 0 }).catch(() => undefined)
    expect((await client.request(site.origin)).text()).toBe('site')
  })
})
