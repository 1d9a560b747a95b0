import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ProxyScorer } from '../scorer.ts'
import { httpProxy } from '../testing/http-proxy.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { closedPort, site, type TestServer } from '../testing/servers.ts'
import { ProxyChecker, type ProxyCheckerOptions } from './checker.ts'

let web: TestServer
let proxy: TestServer
let dead: TestServer

beforeAll(async () => {
  web = await site()
  proxy = await httpProxy()
  dead = await closedPort()
})
afterAll(async () => {
  await dead[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
  await web[Symbol.asyncDispose]()
})

function setUp(options: Partial<ProxyCheckerOptions> = {}) {
  const clock = new ManualClock()
  const scorer = new ProxyScorer({
    clock,
    random: () => 0.5,
    proxies: [
      { id: 'good', host: '127.0.0.1', port: proxy.port },
      { id: 'dead', host: '127.0.0.1', port: dead.port },
    ],
  })
  const url = `http://127.0.0.1:${web.port}/`
  const of = (id: string) => scorer.scores().find((score) => score.proxyId === id)
  return { clock, scorer, of, checker: new ProxyChecker(scorer, { url, ...options }) }
}

/** Rounds that a test lets go on one by one. */
function handDriven() {
  const waits: { ms: number; go: () => void }[] = []
  const sleep = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      waits.push({ ms, go: resolve })
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  return { waits, sleep }
}

describe('a checker', () => {
  it('teaches the scorer: the good proxy gains, the dead one is shut out and let back', async () => {
    const { clock, of, checker } = setUp()
    for (let i = 0; i < 4; i += 1) await checker.check()
    expect(of('good')).toMatchObject({ uses: 4, circuit: 'closed' })
    expect(of('dead')).toMatchObject({ uses: 4, circuit: 'open', inflight: 0 })
    expect(of('good')?.score).toBeGreaterThan(of('dead')?.score ?? 100)
    clock.advance(10_000)
    expect(of('dead')?.circuit).toBe('half-open')
    await checker.check()
    expect(of('dead')?.circuit).toBe('open')
  })

  it('goes round after round until it is stopped, and holds nothing afterwards', async () => {
    const { waits, sleep } = handDriven()
    const rounds: number[] = []
    const { checker, of } = setUp({ everyMs: 60_000, sleep, onRound: (results) => rounds.push(results.length) })
    {
      await using running = checker
      running.start()
      running.start()
      await expect.poll(() => waits.length).toBe(1)
      waits[0]?.go()
      await expect.poll(() => waits.length).toBe(2)
    }
    expect(rounds).toEqual([2, 2])
    expect(waits.map((wait) => wait.ms)).toEqual([60_000, 60_000])
    expect(of('good')?.uses).toBe(2)
    await checker.stop()
    checker.start()
    await expect.poll(() => rounds.length).toBe(3)
    await checker.stop()
  })

  it('that is started while it stops goes on with a new round, and stops again', async () => {
    const { waits, sleep } = handDriven()
    const { checker, of } = setUp({ sleep })
    checker.start()
    const stopped = checker.stop()
    checker.start()
    await stopped
    await expect.poll(() => waits.length).toBe(1)
    expect(of('good')?.uses).toBe(1)
    await checker.stop()
    expect(waits).toHaveLength(1)
  })

  it('tells of callbacks that throw, and goes on', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { waits, sleep } = handDriven()
    const errors: unknown[] = []
    const { checker, of } = setUp({
      sleep,
      onRound: async () => {
        throw new Error('round')
      },
      onError: (error) => {
        errors.push(error)
        throw new Error('error')
      },
    })
    await using running = checker
    running.start()
    for (let i = 0; i < 2; i += 1) {
      await expect.poll(() => waits.length).toBe(i + 1)
      waits[i]?.go()
    }
    await expect.poll(() => waits.length).toBe(3)
    expect(of('good')?.uses).toBe(3)
    expect(errors).toEqual(Array(3).fill(new Error('round')))
    expect(warn.mock.calls.map(([text]) => String(text).split('\n')[0])).toEqual(
      Array(3).fill('onError of a ProxyChecker threw: Error: error'),
    )
    warn.mockRestore()
  })

  it.each([0, -1, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY])(
    'refuses rounds every %d ms, between which a timer would not wait',
    (everyMs) => {
      expect(() => setUp({ everyMs })).toThrow(expect.objectContaining({ code: 'PROXY_OPTION_INVALID' }))
    },
  )

  it('leaves isolated proxies alone, and those that are not selected', async () => {
    const { scorer, checker } = setUp()
    scorer.isolate('dead')
    expect((await checker.check()).map((result) => result.proxyId)).toEqual(['good'])
    const { checker: choosy } = setUp({ select: (score) => score.proxyId === 'dead' })
    expect((await choosy.check()).map((result) => result.proxyId)).toEqual(['dead'])
  })

  it('counts nothing when the URL is down, tells so and goes on', async () => {
    const { waits, sleep } = handDriven()
    const errors: unknown[] = []
    const url = `http://127.0.0.1:${dead.port}/`
    const { checker, of } = setUp({ url, sleep, onError: (error) => errors.push(error) })
    await using running = checker
    running.start()
    await expect.poll(() => waits.length).toBe(1)
    expect(errors).toEqual([expect.objectContaining({ code: 'PROXY_CHECK_URL_FAILS' })])
    expect(of('good')?.uses).toBe(0)
  })

  it('does not mind a proxy that is removed meanwhile', async () => {
    const { scorer, checker } = setUp({ concurrency: 1, onProgress: () => scorer.remove('dead') })
    expect(await checker.check()).toHaveLength(2)
    expect(scorer.size).toBe(1)
  })
})
