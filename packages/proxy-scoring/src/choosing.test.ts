import { describe, expect, it } from 'vitest'
import { ProxyScorer } from './scorer.ts'
import { NEVER_TRIPS, proxy, setUp } from './testing/set-up.ts'
import type { LoadBalancingStrategy } from './types.ts'

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

  it('counts each proxy once that several groups ask for when none of them is free', () => {
    const { scorer } = setUp([])
    scorer.add(proxy('de', { region: 'de', tags: ['x'] }))
    scorer.add(proxy('fr', { region: 'fr', tags: ['x'] }))
    for (const id of ['de', 'fr']) scorer.isolate(id)
    const groups = [{ region: 'de' }, { tags: ['x'] }, {}, { region: 'de' }]
    expect(() => scorer.acquireSync({ groups })).toThrow('All 2 proxies that fit are isolated.')
    expect(() => scorer.acquireSync({ groups, exclude: ['fr', 'none'] })).toThrow('All 1 proxies')
    expect(() => scorer.acquireSync({ groups, stickyKey: 'k' })).toThrow('All 2 proxies')
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

  it('round-robin goes on from where it was after a pick for which nobody was free', () => {
    const { scorer } = setUp(['a', 'b', 'c'], { strategy: 'round-robin' })
    expect(scorer.acquireSync().proxy.id).toBe('a')
    expect(() => scorer.acquireSync({ exclude: ['a', 'b', 'c'] })).toThrow()
    expect([1, 2].map(() => scorer.acquireSync().proxy.id)).toEqual(['b', 'c'])
  })

  it('least-loaded takes each of those that are alike equally often', () => {
    const { scorer } = setUp(['a', 'b', 'c', 'd', 'e'], { strategy: 'least-loaded' })
    const counts: Record<string, number> = {}
    for (let i = 0; i < 2000; i += 1) {
      using lease = scorer.acquireSync()
      counts[lease.proxy.id] = (counts[lease.proxy.id] ?? 0) + 1
    }
    for (const count of Object.values(counts)) expect(Math.abs(count - 400)).toBeLessThan(80)
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

describe('a sticky key beside half-open circuits', () => {
  /** A fleet in which one proxy is half-open, and a key that lives on it and one that lives elsewhere. */
  const halfOpen = () => {
    const names = ['a', 'b', 'c', 'd']
    const fleet = setUp(names, { probeShare: 1 })
    const keys = Array.from({ length: 40 }, (_, i) => `k${i}`)
    const homes = new Map(keys.map((key) => [key, leaseOf(fleet.scorer, key)]))
    for (let i = 0; i < 4; i += 1) fleet.use('a', false)
    fleet.clock.advance(15_000)
    return { ...fleet, homes, own: keys.filter((key) => homes.get(key) === 'a') }
  }
  const leaseOf = (scorer: ProxyScorer, stickyKey: string) => {
    using lease = scorer.acquireSync({ stickyKey })
    return lease.proxy.id
  }

  it('stays with its healthy proxy whoever else waits for a probe', () => {
    const { scorer, homes, own } = halfOpen()
    for (const [key, home] of homes) if (!own.includes(key)) expect([key, leaseOf(scorer, key)]).toEqual([key, home])
  })

  it('is itself the probe of its own proxy, so that one recovers under sticky traffic alone', () => {
    const { scorer, own, scoreOf } = halfOpen()
    const [key = ''] = own
    for (let i = 0; i < 2; i += 1) {
      expect(scoreOf('a').circuit).toBe('half-open')
      const lease = scorer.acquireSync({ stickyKey: key })
      expect(lease.proxy.id).toBe('a')
      // While the probe is out, others of its keys go where they went before.
      expect(leaseOf(scorer, key)).not.toBe('a')
      lease.succeed(100)
    }
    expect(scoreOf('a').circuit).toBe('closed')
    expect(leaseOf(scorer, key)).toBe('a')
  })

  it('goes to no probe on its second try', () => {
    const { scorer, own } = halfOpen()
    using lease = scorer.acquireSync({ stickyKey: own[0], exclude: ['b'] })
    expect(['c', 'd']).toContain(lease.proxy.id)
  })
})

describe('a newcomer and a returner', () => {
  it('starts slowly and then gets its part', () => {
    const { clock, scorer, use } = setUp(['a', 'b', 'c'], {
      slowStartMs: 30_000,
      candidates: 1,
      trust: 1,
      trialShare: 0,
    })
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
