import { describe, expect, it } from 'vitest'
import { ProxyScorer } from './scorer.ts'
import { ManualClock } from './testing/manual-clock.ts'
import { seededRandom } from './testing/random.ts'
import type { ProxyScorerOptions } from './types.ts'

const proxy = (name: string, more = {}) => ({ id: name, host: `${name}.test`, port: 1, ...more })

function setUp(names: readonly string[], options: ProxyScorerOptions = {}) {
  const clock = new ManualClock()
  const scorer = new ProxyScorer({
    proxies: names.map((name) => proxy(name)),
    clock,
    random: seededRandom(1),
    ...options,
  })
  const use = (id: string, ok: boolean) => {
    const exclude = scorer.scores().map((s) => s.proxyId)
    const lease = scorer.acquireSync({ exclude: exclude.filter((other) => other !== id) })
    return ok ? lease.succeed(200) : lease.fail('timeout')
  }
  return { clock, scorer, use }
}

describe('acquire', () => {
  it('prefers the proxy that works', async () => {
    const { scorer } = setUp(['bad', 'good'], { circuit: { consecutiveFailures: 1000, failureRatio: 1 } })
    const picks = { good: 0, bad: 0 }
    for (let i = 0; i < 200; i += 1) {
      const lease = await scorer.acquire()
      picks[lease.proxy.id as 'good' | 'bad'] += 1
      if (lease.proxy.id === 'good') lease.succeed(120)
      else lease.fail('reset')
    }
    expect(picks.good).toBeGreaterThan(picks.bad)
    expect(scorer.scores().map((s) => s.proxyId)).toEqual(['good', 'bad'])
  })

  it('leaves out what was tried, and asks for protocol, region, tags and loopback', async () => {
    const { scorer } = setUp(['plain'])
    scorer.add(proxy('socks', { protocol: 'socks5', region: 'de', tags: ['fast', 'paid'] }))
    scorer.add({ id: 'near', host: '127.0.0.1', port: 5 })
    const pick = async (want: object) => (await scorer.acquire(want)).proxy.id
    expect(await pick({ exclude: ['plain', 'near'] })).toBe('socks')
    expect(await pick({ protocol: 'socks5' })).toBe('socks')
    expect(await pick({ region: 'de' })).toBe('socks')
    expect(await pick({ tags: ['fast'] })).toBe('socks')
    expect(await pick({ loopbackOnly: true })).toBe('near')
    await expect(scorer.acquire({ tags: ['fast', 'free'] })).rejects.toMatchObject({
      code: 'PROXY_NONE_AVAILABLE',
      retryAt: undefined,
    })
  })

  it('says when the next try makes sense once every circuit is open', async () => {
    const { clock, scorer, use } = setUp(['only'], { random: () => 0.5 })
    for (let i = 0; i < 4; i += 1) use('only', false)
    const retryAt = clock.time + 10_000
    await expect(scorer.acquire()).rejects.toMatchObject({ code: 'PROXY_NONE_AVAILABLE', retryAt })
    clock.advance(10_000)
    expect((await scorer.acquire()).proxy.id).toBe('only')
  })
})

describe('a lease', () => {
  it('counts once', () => {
    const { scorer } = setUp(['a'])
    const lease = scorer.acquireSync()
    expect([lease.succeed(10), lease.succeed(10), lease.fail('reset')]).toEqual([true, false, false])
    expect(scorer.scores()[0]).toMatchObject({ uses: 1, successes: 1, inflight: 0 })
  })

  it('counts for nothing when it is disposed of without a report, or the fault is not the proxy’s', async () => {
    const { scorer } = setUp(['a'])
    const before = scorer.scores()
    {
      using first = scorer.acquireSync()
      await using second = await scorer.acquire()
      expect([first.proxy.id, second.proxy.id]).toEqual(['a', 'a'])
      expect(scorer.scores()[0]?.inflight).toBe(2)
    }
    for (const reason of ['target', 'refused_by_site', 'cancelled'] as const) scorer.acquireSync().fail(reason)
    expect(scorer.scores()).toEqual(before.map((score) => ({ ...score, lastUsedAt: expect.any(Number) })))
  })

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('refuses a latency of %s and is still held', (latency) => {
    const { scorer } = setUp(['a'])
    const lease = scorer.acquireSync()
    expect(() => lease.succeed(latency)).toThrow(expect.objectContaining({ code: 'PROXY_LATENCY_INVALID' }))
    expect(lease.succeed(0)).toBe(true)
  })
})
