import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { GateClient, GateLease } from '../egress/index.ts'
import { startGate, type TestGate } from '../egress/testing/through.ts'
import { HttpDesk, type HttpRequest } from './http-desk.ts'

const URL_ = 'http://127.0.0.1:9/'
const request = (more: Partial<HttpRequest> = {}): HttpRequest => ({
  ...{ id: 1, url: URL_, method: 'GET', headers: {}, timeoutMs: 600_000 },
  ...more,
})

/** Its site takes its time to say whether it agrees. */
let asked: PromiseWithResolvers<GateClient>
let givenBack: PromiseWithResolvers<GateClient>
let gate: TestGate
let lease: GateLease
let desk: HttpDesk
beforeEach(async () => {
  asked = Promise.withResolvers()
  givenBack = Promise.withResolvers()
  gate = await startGate()
  lease = await gate.lease(new URL(URL_).origin)
  desk = new HttpDesk({
    takeClient: () => asked.promise,
    giveBack: async (client) => givenBack.resolve(client),
    closeClient: async () => expect.unreachable(),
  })
})
afterEach(() => gate[Symbol.asyncDispose]())

describe('a request whose site is still being asked whether it agrees', () => {
  const client = async (): Promise<GateClient> => {
    const opened = gate.gate.client(lease)
    asked.resolve(opened)
    return opened
  }

  it('ends when its time is over, and what it was to be sent by serves the next one', async () => {
    expect(await desk.request(request({ timeoutMs: 1 }))).toMatchObject({ ok: false, code: 'EGRESS_TIMEOUT' })
    const opened = await client()
    expect(await givenBack.promise).toBe(opened)
    expect(lease.records).toEqual([])
  })

  it('ends when its run is stopped', async () => {
    const sent = desk.request(request())
    await setImmediate()
    await desk.cancel(1)
    expect(await sent).toMatchObject({ ok: false, code: 'EGRESS_FAILED' })
    const opened = await client()
    expect(await givenBack.promise).toBe(opened)
    expect(lease.records).toEqual([])
  })

  it('fails as the question does', async () => {
    asked.reject(new Error('nobody agreed'))
    await expect(desk.request(request())).rejects.toThrow('nobody agreed')
  })
})
