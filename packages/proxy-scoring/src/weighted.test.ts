import { describe, expect, it } from 'vitest'
import type { ProxyScorer } from './scorer.ts'
import { NEVER_TRIPS, proxy, setUp } from './testing/set-up.ts'

describe('a weighted draw', () => {
  const N = 4000
  /** Which part of the draws each gets while nothing is reported. */
  const shares = (scorer: ProxyScorer) => {
    const counts: Record<string, number> = {}
    for (let i = 0; i < N; i += 1) {
      using lease = scorer.acquireSync()
      counts[lease.proxy.id] = (counts[lease.proxy.id] ?? 0) + 1 / N
    }
    return counts
  }
  const plain = { candidates: 1, slowStartMs: 0, trialShare: 0, circuit: NEVER_TRIPS } as const

  it('trusts who just succeeded about ten times as much, and for about a minute', () => {
    const { clock, scorer, use } = setUp(['a', 'b'], plain)
    for (let i = 0; i < 200; i += 1) for (const id of ['a', 'b']) use(id, true)
    clock.advance(600_000)
    scorer.scores()
    use('a', true)
    for (const id of ['a', 'b']) use(id, true)
    expect(shares(scorer).a).toBeCloseTo(0.5, 1)
    clock.advance(600_000)
    use('a', true)
    const now = shares(scorer)
    expect((now.a ?? 0) / (now.b ?? 1)).toBeGreaterThan(7)
    clock.advance(600_000)
    const later = shares(scorer)
    expect((later.a ?? 0) / (later.b ?? 1)).toBeLessThan(2)
  })

  it('trusts who just failed a tenth as much for each failure, long before his score or circuit has seen it', () => {
    const { scorer, use, scoreOf } = setUp(['a', 'b'], plain)
    for (let i = 0; i < 400; i += 1) for (const id of ['a', 'b']) use(id, true)
    use('a', false)
    const once = shares(scorer)
    expect((once.a ?? 0) / (once.b ?? 1)).toBeLessThan(0.03)
    expect(scoreOf('b').score - scoreOf('a').score).toBeLessThan(1)
    use('a', true)
    expect(shares(scorer).a).toBeGreaterThan(0.3)
  })

  it('comes back to who failed too little to open his circuit: distrust fades like the failures themselves', () => {
    const names = Array.from({ length: 20 }, (_, i) => `p${i}`)
    const { clock, scorer, use, scoreOf } = setUp(names, plain)
    for (let i = 0; i < 40; i += 1) for (const id of names) use(id, true, 150)
    for (let i = 0; i < 3; i += 1) use('p0', false)
    expect(scoreOf('p0').circuit).toBe('closed')
    for (let i = 0; i < 4 * 1800; i += 1) {
      clock.advance(2000)
      scorer.acquireSync().succeed(150)
    }
    const before = scoreOf('p0').uses
    for (let i = 0; i < 4 * 1800; i += 1) {
      clock.advance(2000)
      scorer.acquireSync().succeed(150)
    }
    // A twentieth of the picks of four hours would be 360.
    expect(scoreOf('p0').uses - before).toBeGreaterThan(100)
  })

  it('fills the idle before it piles up, the better ones first', () => {
    const names = Array.from({ length: 20 }, (_, i) => `p${i}`)
    const { scorer, use } = setUp(names, plain)
    for (let i = 0; i < 40; i += 1) for (const [n, id] of names.entries()) use(id, true, n < 10 ? 150 : 1500)
    const leases = Array.from({ length: 10 }, () => scorer.acquireSync())
    const most = Math.max(...scorer.scores().map((score) => score.inflight))
    expect(most).toBeLessThanOrEqual(2)
    expect(leases.filter((lease) => Number(lease.proxy.id.slice(1)) < 10).length).toBeGreaterThan(7)
  })

  it('gives each proxy that was never used its turn soon, however good the others are, and gives it once', () => {
    const names = Array.from({ length: 20 }, (_, i) => `p${i}`)
    const { scorer, use, scoreOf } = setUp(names)
    for (let i = 0; i < 40; i += 1) for (const id of names) use(id, true, 100)
    for (const id of ['x', 'y', 'z']) scorer.add(proxy(id))
    scorer.isolate('y')
    let picks = 0
    while (scoreOf('x').uses + scoreOf('z').uses < 2 && picks < 1000) {
      const lease = scorer.acquireSync()
      if (lease.proxy.id === 'x' || lease.proxy.id === 'z') lease.fail('reset')
      else lease.succeed(100)
      picks += 1
    }
    expect(picks).toBeLessThan(200)
    for (let i = 0; i < 200; i += 1) scorer.acquireSync().succeed(100)
    expect([scoreOf('x').uses, scoreOf('y').uses, scoreOf('z').uses]).toEqual([1, 0, 1])
  })

  it('tries one again of which nothing was heard for long, however low its score was, and not more often than that', () => {
    const names = Array.from({ length: 20 }, (_, i) => `p${i}`)
    const { clock, scorer, use, scoreOf } = setUp(names)
    for (let i = 0; i < 40; i += 1) for (const id of names) use(id, true, 150)
    use('p0', false)
    const hours = (n: number) => {
      const before = scoreOf('p0').uses
      for (let i = 0; i < n * 720; i += 1) {
        clock.advance(5000)
        scorer.acquireSync().succeed(150)
      }
      return scoreOf('p0').uses - before
    }
    expect(hours(1)).toBe(0)
    const later = hours(9)
    expect(later).toBeGreaterThanOrEqual(4)
    expect(later).toBeLessThan(50)
  })

  it('gives one that was isolated before its turn that turn once it is released', () => {
    const names = Array.from({ length: 20 }, (_, i) => `p${i}`)
    const { scorer, use, scoreOf } = setUp(names, { trialShare: 1 })
    for (let i = 0; i < 40; i += 1) for (const id of names) use(id, true, 100)
    for (const id of ['x', 'y']) scorer.add(proxy(id))
    for (const id of ['x', 'y']) scorer.isolate(id)
    for (let i = 0; i < 50; i += 1) scorer.acquireSync().succeed(100)
    scorer.release('x')
    scorer.remove('y')
    scorer.acquireSync().succeed(100)
    expect(scoreOf('x').uses).toBe(1)
  })

  it('sends nobody on his second try, and no other strategy, to one that was never used', () => {
    const { scorer, use } = setUp(['a', 'b'], { trialShare: 1, circuit: NEVER_TRIPS })
    for (let i = 0; i < 100; i += 1) for (const id of ['a', 'b']) use(id, true)
    scorer.add(proxy('new'))
    scorer.add(proxy('newer'))
    expect(scorer.acquireSync({ exclude: ['a'] }).proxy.id).toBe('b')
    expect(scorer.acquireSync({ strategy: 'least-loaded', exclude: [] }).proxy.id).toBe('a')
    expect(scorer.acquireSync().proxy.id).toBe('newer')
  })

  it('brings weights up to date however often somebody looks at the scores', () => {
    const look = (looks: (scorer: ProxyScorer) => void) => {
      const { clock, scorer, use } = setUp(['a', 'b'], { ...plain, slowStartMs: 30_000, trust: 1 })
      for (let i = 0; i < 40; i += 1) for (const id of ['a', 'b']) use(id, true)
      clock.advance(60_000)
      shares(scorer)
      scorer.add(proxy('new'))
      for (let i = 0; i < 60; i += 1) {
        clock.advance(1000)
        looks(scorer)
        scorer.acquireSync()[Symbol.dispose]()
      }
      return shares(scorer).new ?? 0
    }
    const unwatched = look(() => {})
    expect(unwatched).toBeGreaterThan(0.02)
    expect(look((scorer) => scorer.scores())).toBeCloseTo(unwatched, 2)
    expect(look((scorer) => scorer.snapshot())).toBeCloseTo(unwatched, 2)
  })
})
