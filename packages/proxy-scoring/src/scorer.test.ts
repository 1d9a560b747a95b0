import { describe, expect, it } from 'vitest'
import { ProxyScorer } from './scorer.ts'
import { ManualClock } from './testing/manual-clock.ts'
import { seededRandom } from './testing/random.ts'
import type { LoadBalancingStrategy, ProxyScorerOptions } from './types.ts'

const proxy = (name: string, more = {}) => ({ id: name, host: `${name}.test`, port: 1, ...more })

function setUp(names: readonly string[], options: ProxyScorerOptions = {}) {
  const clock = new ManualClock()
  const proxies = names.map((name) => proxy(name))
  const scorer = new ProxyScorer({ proxies, clock, random: seededRandom(1), ...options })
  const only = (id: string) => names.filter((other) => other !== id)
  const use = (id: string, ok: boolean, latencyMs = 200) => {
    const lease = scorer.acquireSync({ exclude: only(id) })
    expect(lease.proxy.id).toBe(id)
    return ok ? lease.succeed(latencyMs) : lease.fail('timeout')
  }
  const scoreOf = (id: string) => {
    const found = scorer.scores().find((score) => score.proxyId === id)
    if (found === undefined) throw new Error(`no score of ${id}`)
    return found
  }
  return { clock, scorer, use, scoreOf }
}

/** So that only the score decides. */
const NEVER_TRIPS = { consecutiveFailures: 1e9, failureRatio: 1 }

describe('acquire', () => {
  it('prefers the proxy that works', async () => {
    const { scorer } = setUp(['bad', 'good'], { circuit: NEVER_TRIPS })
    const picks = { good: 0, bad: 0 }
    for (let i = 0; i < 500; i += 1) {
      const lease = await scorer.acquire()
      picks[lease.proxy.id as 'good' | 'bad'] += 1
      if (lease.proxy.id === 'good') lease.succeed(120)
      else lease.fail('reset')
    }
    expect(picks.good).toBeGreaterThan(450)
    expect(scorer.scores().map((s) => s.proxyId)).toEqual(['good', 'bad'])
  })

  it('asks for protocol, region, tags and loopback, and leaves out what was tried', async () => {
    const { scorer } = setUp(['plain'])
    scorer.add(proxy('socks', { protocol: 'socks5', region: 'de', tags: ['fast', 'paid'] }))
    scorer.add({ id: 'near', host: '127.0.0.1', port: 5 })
    const pick = async (want: object) => (await scorer.acquire(want)).proxy.id
    expect(await pick({ exclude: ['plain', 'near'] })).toBe('socks')
    expect(await pick({ protocol: 'socks5' })).toBe('socks')
    expect(await pick({ protocol: ['socks5', 'https'] })).toBe('socks')
    expect(await pick({ region: 'de' })).toBe('socks')
    expect(await pick({ tags: ['fast'] })).toBe('socks')
    expect(await pick({ loopbackOnly: true })).toBe('near')
    scorer.add(proxy('socks2', { protocol: 'socks5', region: 'fr' }))
    expect(await pick({ protocol: 'socks5', exclude: ['socks'] })).toBe('socks2')
    await expect(scorer.acquire({ tags: ['fast', 'free'] })).rejects.toMatchObject({
      code: 'PROXY_NONE_AVAILABLE',
      retryAt: undefined,
    })
    await expect(new ProxyScorer().acquire()).rejects.toMatchObject({ hint: 'Add a proxy.' })
  })

  it('goes through fallback groups in order, and keeps the caller’s fence in each', () => {
    const { scorer } = setUp([])
    scorer.add(proxy('de', { region: 'de' }))
    scorer.add(proxy('rest', { tags: ['rest'] }))
    const groups = [{ region: 'de' }, { tags: ['rest'] }]
    expect(scorer.acquireSync({ groups }).proxy.id).toBe('de')
    scorer.isolate('de')
    expect(scorer.acquireSync({ groups }).proxy.id).toBe('rest')
    expect(() => scorer.acquireSync({ groups, loopbackOnly: true })).toThrow('No proxy fits')
    expect(() => scorer.acquireSync({ groups, tags: ['paid'] })).toThrow('No proxy fits')
  })

  it('says when the next try makes sense once every circuit is open', async () => {
    const { clock, scorer, use } = setUp(['only'], { random: () => 0.5 })
    for (let i = 0; i < 4; i += 1) use('only', false)
    const retryAt = clock.time + 10_000
    await expect(scorer.acquire()).rejects.toMatchObject({ code: 'PROXY_NONE_AVAILABLE', retryAt })
    clock.advance(10_000)
    expect((await scorer.acquire()).proxy.id).toBe('only')
    // The probe is out: the next may come when it expires.
    await expect(scorer.acquire()).rejects.toMatchObject({ retryAt: clock.time + 30_000 })
  })

  it('puts no more leases on a proxy than its cap, whatever the strategy', () => {
    for (const strategy of ['weighted', 'least-loaded', 'round-robin', 'random'] as LoadBalancingStrategy[]) {
      const { scorer } = setUp(['a', 'b'], { maxInflight: 3 })
      const leases = Array.from({ length: 6 }, () => scorer.acquireSync({ strategy }))
      expect(scorer.scores().map((s) => s.inflight)).toEqual([3, 3])
      expect(() => scorer.acquireSync({ strategy })).toThrow(/2 at their limit of 3 leases/)
      leases[0]?.succeed(1)
      expect(scorer.acquireSync({ strategy }).proxy).toBe(leases[0]?.proxy)
    }
  })

  it('draws nearly nobody else while one is free and good, and all alike when sharpness is 0', () => {
    const share = (sharpness: number) => {
      const { scorer, use } = setUp(['a', 'b'], { circuit: NEVER_TRIPS, sharpness, candidates: 1, slowStartMs: 0 })
      for (let i = 0; i < 40; i += 1) {
        use('a', true)
        use('b', i % 2 === 0)
      }
      let a = 0
      for (let i = 0; i < 1000; i += 1) {
        using lease = scorer.acquireSync()
        if (lease.proxy.id === 'a') a += 1
      }
      return a / 1000
    }
    expect(share(24)).toBeGreaterThan(0.98)
    expect(share(0)).toBeGreaterThan(0.45)
    expect(share(0)).toBeLessThan(0.55)
  })
})

describe('the strategies', () => {
  it('round-robin takes one after the other, past those that are out', () => {
    const { scorer } = setUp(['a', 'b', 'c', 'd'], { strategy: 'round-robin' })
    scorer.isolate('b')
    const order = Array.from({ length: 6 }, () => scorer.acquireSync().proxy.id)
    expect(order).toEqual(['a', 'c', 'd', 'a', 'c', 'd'])
  })

  it('least-loaded takes the fewest leases, then the better score', () => {
    const { scorer, use } = setUp(['a', 'b', 'c'], { strategy: 'least-loaded' })
    use('b', true)
    use('c', false)
    expect(Array.from({ length: 6 }, () => scorer.acquireSync().proxy.id)).toEqual(['b', 'a', 'c', 'b', 'a', 'c'])
  })

  it('random takes every one alike, also when nearly all are out', () => {
    const names = Array.from({ length: 200 }, (_, i) => `p${i}`)
    const { scorer } = setUp(names, { strategy: 'random' })
    for (const name of names.slice(4)) scorer.isolate(name)
    const counts = new Map<string, number>()
    for (let i = 0; i < 4000; i += 1) {
      using lease = scorer.acquireSync()
      counts.set(lease.proxy.id, (counts.get(lease.proxy.id) ?? 0) + 1)
    }
    expect(counts.size).toBe(4)
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120)
  })

  it('a sticky key keeps its proxy while that is fit, and gets it back', () => {
    const { scorer, use, clock } = setUp(['a', 'b', 'c', 'd'], { random: () => 0.5 })
    const pick = () => {
      using lease = scorer.acquireSync({ stickyKey: 'session-1' })
      return lease.proxy.id
    }
    const own = pick()
    expect(new Set(Array.from({ length: 50 }, pick))).toEqual(new Set([own]))
    for (let i = 0; i < 4; i += 1) use(own, false)
    const other = pick()
    expect(other).not.toBe(own)
    expect(new Set(Array.from({ length: 50 }, pick))).toEqual(new Set([other]))
    clock.advance(10_000)
    scorer.release(own)
    expect(pick()).toBe(own)
  })
})

describe('a newcomer and a returner', () => {
  it('starts slowly and then gets its part', () => {
    const { clock, scorer, use } = setUp(['a', 'b', 'c'], { slowStartMs: 30_000, candidates: 1 })
    clock.advance(60_000)
    for (let i = 0; i < 30; i += 1) for (const id of ['a', 'b', 'c']) use(id, true)
    scorer.add(proxy('new'))
    const share = () => {
      let hits = 0
      for (let i = 0; i < 2000; i += 1) {
        using lease = scorer.acquireSync()
        if (lease.proxy.id === 'new') hits += 1
      }
      return hits / 2000
    }
    const early = share()
    clock.advance(30_000)
    const later = share()
    expect(early).toBeGreaterThan(0.01)
    expect(early).toBeLessThan(0.08)
    expect(later).toBeGreaterThan(0.1)
  })

  it('a half-open proxy gets one probe at a time and a small part of the picks', () => {
    const names = Array.from({ length: 20 }, (_, i) => `p${i}`)
    const { clock, scorer, use, scoreOf } = setUp(names)
    for (let i = 0; i < 4; i += 1) use('p0', false)
    clock.advance(15_000)
    expect(scoreOf('p0').circuit).toBe('half-open')
    let probes = 0
    let picks = 0
    while (scoreOf('p0').circuit !== 'closed' && picks < 2000) {
      picks += 1
      const lease = scorer.acquireSync()
      if (lease.proxy.id === 'p0') probes += 1
      lease.succeed(100)
    }
    expect(probes).toBe(2)
    expect(picks).toBeGreaterThan(2)
    expect(picks).toBeLessThan(400)
  })

  it('sends nobody on his second try to a proxy that is being tried out', () => {
    const { clock, scorer, use } = setUp(['a', 'b', 'c'])
    for (let i = 0; i < 4; i += 1) use('a', false)
    clock.advance(15_000)
    for (let i = 0; i < 300; i += 1) {
      using lease = scorer.acquireSync({ exclude: ['b'] })
      expect(lease.proxy.id).toBe('c')
    }
    expect(scorer.acquireSync({ exclude: ['b', 'c'] }).proxy.id).toBe('a')
  })
})

describe('a lease', () => {
  it('counts once', () => {
    const { scorer } = setUp(['a'])
    const lease = scorer.acquireSync()
    expect([lease.succeed(10), lease.succeed(10), lease.fail('reset')]).toEqual([true, false, false])
    expect(lease.outcome).toEqual({ kind: 'success', latencyMs: 10 })
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
    expect(() => lease.fail('bored' as 'reset')).toThrow(expect.objectContaining({ code: 'PROXY_REASON_INVALID' }))
    expect(lease.succeed(0)).toBe(true)
  })

  it('expires when it leaks, and gives its place back', () => {
    const { clock, scorer } = setUp(['a'], { maxInflight: 1, leaseTtlMs: 1000 })
    const outcomes: string[] = []
    scorer.on('settled', ({ outcome }) => outcomes.push(outcome.kind))
    const leaked = scorer.acquireSync()
    expect(leaked.expiresAt).toBe(clock.time + 1000)
    expect(() => scorer.acquireSync()).toThrow(/limit of 1/)
    clock.advance(1000)
    using next = scorer.acquireSync()
    expect(next.proxy.id).toBe('a')
    expect(leaked.succeed(5)).toBe(false)
    expect(scorer.scores()[0]).toMatchObject({ uses: 0, inflight: 1 })
    expect(outcomes).toEqual(['expired'])
  })

  it('ends with its proxy', () => {
    const { scorer } = setUp(['a', 'b'])
    const lease = scorer.acquireSync({ exclude: ['b'] })
    expect(scorer.remove('a')).toBe(true)
    expect(scorer.leased).toBe(0)
    expect(lease.succeed(5)).toBe(false)
    scorer.add(proxy('a'))
    expect(scorer.scores().map((s) => [s.uses, s.inflight])).toEqual([
      [0, 0],
      [0, 0],
    ])
  })
})

describe('bad input', () => {
  it('is a typed error or a no-op', () => {
    const { scorer } = setUp(['a'])
    expect(scorer.add(proxy('a')).id).toBe('a')
    expect(scorer.size).toBe(1)
    expect(() => scorer.add({ id: 'a', host: 'other.test', port: 1 })).toThrow(
      expect.objectContaining({ code: 'PROXY_ID_TAKEN' }),
    )
    expect(scorer.remove('zz')).toBe(false)
    for (const act of [
      () => scorer.isolate('zz'),
      () => scorer.release('zz'),
      () => scorer.report('zz', { latencyMs: 1 }),
    ])
      expect(act).toThrow(expect.objectContaining({ code: 'PROXY_UNKNOWN' }))
    expect(() => scorer.report('a', { latencyMs: Number.NaN })).toThrow(
      expect.objectContaining({ code: 'PROXY_LATENCY_INVALID' }),
    )
    expect(scorer.scores()[0]?.uses).toBe(0)
  })

  it.each<[string, ProxyScorerOptions]>([
    ['maxInflight', { maxInflight: 0 }],
    ['leaseTtlMs', { leaseTtlMs: Number.NaN }],
    ['slowMs', { slowMs: 50 }],
    ['weights', { weights: { success: 0, speed: 0, reliability: 0 } }],
    ['strategy', { strategy: 'best' as 'random' }],
    ['circuit.jitter', { circuit: { jitter: 2 } }],
    ['candidates', { candidates: 3 as 2 }],
  ])('the option %s is checked', (name, options) => {
    expect(() => new ProxyScorer(options)).toThrow(new RegExp(`option ${name} can't be`))
  })

  it('a clock that goes backwards neither reopens nor sticks a circuit', () => {
    const { clock, scorer, use, scoreOf } = setUp(['a'], { random: () => 0.5 })
    for (let i = 0; i < 4; i += 1) use('a', false)
    clock.advance(-3_600_000)
    expect(scoreOf('a').circuit).toBe('open')
    clock.advance(9999)
    expect(scoreOf('a').circuit).toBe('open')
    clock.advance(1)
    expect(scoreOf('a').circuit).toBe('half-open')
    expect(scorer.scores()[0]?.score).toBeGreaterThanOrEqual(0)
  })
})

describe('reports without a lease', () => {
  it('count like uses, and stand for probes', () => {
    const { clock, scorer, scoreOf } = setUp(['a'], { random: () => 0.5 })
    for (let i = 0; i < 4; i += 1) expect(scorer.report('a', { reason: 'refused_connection' })).toBe(true)
    expect(scoreOf('a').circuit).toBe('open')
    expect(scorer.report('a', { reason: 'target' })).toBe(false)
    clock.advance(10_000)
    scorer.report('a', { latencyMs: 50 })
    expect(scoreOf('a').circuit).toBe('half-open')
    scorer.report('a', { latencyMs: 50 })
    expect(scoreOf('a')).toMatchObject({ circuit: 'closed', uses: 6 })
  })
})

describe('events', () => {
  it('tell every transition, once, without credentials', () => {
    const { clock, scorer, scoreOf } = setUp([], { random: () => 0.5 })
    const seen: string[] = []
    const all: unknown[] = []
    for (const name of ['added', 'removed', 'acquired', 'settled', 'exhausted'] as const)
      scorer.on(name, (event) => {
        seen.push(name)
        all.push(event)
      })
    const off = scorer.on('circuit', (event) => {
      seen.push(`${event.from}>${event.to} ${event.input}`)
      all.push(event)
    })
    const { id } = scorer.add({ host: 'a.test', port: 1, username: 'me', password: 'hunter2' })
    scorer.acquireSync().succeed(1)
    for (let i = 0; i < 4; i += 1) scorer.report(id, { reason: 'auth' })
    expect(() => scorer.acquireSync()).toThrow()
    clock.advance(10_000)
    for (let i = 0; i < 2; i += 1) scorer.report(id, { latencyMs: 9 })
    scorer.isolate(id)
    off()
    scorer.release(id)
    scorer.remove(id)
    expect(seen).toEqual([
      'added',
      'acquired',
      'settled',
      'closed>open tripped',
      'exhausted',
      'open>half-open waited',
      'half-open>closed recovered',
      'closed>open isolated',
      'removed',
    ])
    expect(JSON.stringify(all)).not.toMatch(/hunter2|"me"/)
    expect(() => scoreOf(id)).toThrow()
  })
})
