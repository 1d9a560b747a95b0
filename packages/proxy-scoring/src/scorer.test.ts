import { describe, expect, it, vi } from 'vitest'
import { ProxyScorer } from './scorer.ts'
import { proxy, setUp } from './testing/set-up.ts'
import type { ProxyScorerOptions } from './types.ts'

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
    const ends: unknown[] = []
    scorer.on('settled', ({ leaseId, outcome }) => ends.push([leaseId, outcome.kind]))
    expect(scorer.remove('a')).toBe(true)
    expect(ends).toEqual([[lease.id, 'removed']])
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
  it('of a strategy that does not exist is a typed error, and leases nothing', () => {
    const { scorer } = setUp(['a'], { trialShare: 0 })
    const act = () => scorer.acquireSync({ strategy: 'best' as 'random' })
    expect(act).toThrow(expect.objectContaining({ code: 'PROXY_OPTION_INVALID' }))
    expect(scorer.leased).toBe(0)
    expect(() => new ProxyScorer({ trust: 3 })).toThrow(expect.objectContaining({ code: 'PROXY_OPTION_INVALID' }))
  })

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
    // With it, "now + openMs" would be no time: neither an error's text nor a snapshot could tell it.
    ['circuit.openMs', { circuit: { openMs: Number.MAX_SAFE_INTEGER, maxOpenMs: Number.MAX_SAFE_INTEGER } }],
    // The weight of a good proxy would be infinite, and so would the sum of all.
    ['sharpness', { sharpness: 10_000 }],
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

describe('a half-open circuit', () => {
  it('closes also where each use takes longer than a probe keeps its place', () => {
    const { clock, scorer, scoreOf } = setUp(['a'], { random: () => 0.5 })
    const before = scorer.acquireSync()
    for (let i = 0; i < 4; i += 1) scorer.report('a', { reason: 'reset' })
    clock.advance(10_000)
    const probes = Array.from({ length: 3 }, () => {
      const lease = scorer.acquireSync()
      clock.advance(30_000)
      return lease
    })
    before.fail('reset')
    expect(scoreOf('a').circuit).toBe('half-open')
    for (const probe of probes.slice(0, 2)) probe.succeed(45_000)
    expect(scoreOf('a').circuit).toBe('closed')
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
  it('reach the other listeners and the caller when one throws, and leave the process alone', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { scorer } = setUp(['a'])
    const heard: string[] = []
    scorer.on('settled', () => {
      throw new Error('bug')
    })
    scorer.on('settled', async () => {
      throw new Error('late bug')
    })
    scorer.on('settled', ({ proxyId }) => heard.push(proxyId))
    expect(scorer.acquireSync().succeed(1)).toBe(true)
    // An error thrown again later would reach the process by now, and fail this run.
    await new Promise((resolve) => setImmediate(resolve))
    expect(heard).toEqual(['a'])
    expect(warn.mock.calls.map(([text]) => String(text).split('\n')[0])).toEqual([
      'A listener of settled threw: Error: bug',
      'A listener of settled threw: Error: late bug',
    ])
    warn.mockRestore()
  })

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
