import { describe, expect, it } from 'vitest'
import { ProxyScorer } from './scorer.ts'
import { ManualClock } from './testing/manual-clock.ts'
import { seededRandom } from './testing/random.ts'

const proxies = Array.from({ length: 6 }, (_, i) => ({
  host: `p${i}.test`,
  port: 1,
  username: 'u',
  password: `hunter${i}`,
}))

function worked() {
  const clock = new ManualClock()
  const scorer = new ProxyScorer({ proxies, clock, random: seededRandom(4) })
  for (let i = 0; i < 300; i += 1) {
    clock.advance(500)
    const lease = scorer.acquireSync()
    if (i % 5 === 0) lease.fail('reset')
    else lease.succeed(100 + i)
  }
  const [first, second] = scorer.proxies()
  for (let i = 0; i < 4; i += 1) scorer.report(first?.id ?? '', { reason: 'timeout' })
  scorer.isolate(second?.id ?? '')
  return { clock, scorer }
}

describe('a snapshot', () => {
  it('lets a restart forget nothing', () => {
    const { clock, scorer } = worked()
    const text = JSON.stringify(scorer.snapshot())
    const again = new ProxyScorer({ proxies, clock, random: seededRandom(4) })
    expect(again.restore(JSON.parse(text))).toBe(6)
    const plain = (s: ProxyScorer) =>
      s.scores().map((score) => ({
        ...score,
        score: score.score.toFixed(6),
        success: score.success.toFixed(6),
        speed: score.speed.toFixed(6),
        latencyMs: score.latencyMs?.toFixed(6),
      }))
    expect(plain(again)).toEqual(plain(scorer))
    expect(again.snapshot()).toEqual(JSON.parse(text))
    // The circuits go on: the open one comes back in its time, the isolated one does not.
    clock.advance(120_000)
    const states = again.scores().filter((score) => score.circuit !== 'closed')
    expect(states.map((score) => [score.circuit, score.isolated]).sort()).toEqual([
      ['half-open', false],
      ['open', true],
    ])
  })

  it('counts the time in between as passed', () => {
    const { clock, scorer } = worked()
    const snapshot = scorer.snapshot()
    clock.advance(600_000)
    const again = new ProxyScorer({ proxies, clock, random: seededRandom(4) })
    again.restore(snapshot)
    const samples = (s: ProxyScorer) =>
      s
        .scores()
        .map((score) => score.samples.toFixed(9))
        .sort()
    expect(samples(again)).toEqual(samples(scorer))
  })

  it('holds no credentials', () => {
    expect(JSON.stringify(worked().scorer.snapshot())).not.toContain('hunter')
  })

  it.each([
    ['nothing', null],
    ['another version', { version: 2, takenAt: 1, proxies: [] }],
    ['no time', { version: 1, takenAt: Number.NaN, proxies: [] }],
    ['a negative count', { samples: -1 }],
    ['more successes than samples', { successes: 9, samples: 1 }],
    ['a missing count', { uses: undefined }],
    ['an unknown circuit', { circuit: 'ajar' }],
    ['a time that no clock shows', { circuit: 'open', retryAt: 1e300 }],
    ['a latency that no number holds', { successes: 1, samples: 1, logLatency: 1e300 }],
    ['an isolated proxy in use', { isolated: true, circuit: 'closed' }],
  ])('with %s is refused and changes nothing', (_, damage) => {
    const { scorer } = worked()
    const good = scorer.snapshot()
    const isHead = damage === null || 'version' in damage
    const snapshot = isHead
      ? damage
      : { ...good, proxies: good.proxies.map((one, i) => (i === 3 ? { ...one, ...damage } : one)) }
    expect(() => scorer.restore(snapshot)).toThrow(expect.objectContaining({ code: 'PROXY_SNAPSHOT_INVALID' }))
    expect(scorer.snapshot()).toEqual(good)
  })

  it('that holds a proxy twice is refused', () => {
    const { scorer } = worked()
    const good = scorer.snapshot()
    const twice = { ...good, proxies: [...good.proxies, ...good.proxies.slice(0, 1)] }
    expect(() => scorer.restore(twice)).toThrow(/twice/)
  })

  it('shuts nobody out for longer than an open time can be, and nobody is back before it was taken', () => {
    const { clock, scorer } = worked()
    const good = scorer.snapshot()
    const proxies = good.proxies.map((one) =>
      one.circuit === 'open' && !one.isolated
        ? { ...one, retryAt: good.takenAt + 1e12 }
        : { ...one, closedAt: good.takenAt + 1e12 },
    )
    scorer.restore({ ...good, proxies })
    const until = scorer.scores().map((score) => score.retryAt ?? 0)
    expect(Math.max(...until)).toBe(clock.time + 144_000)
    expect(Math.max(...scorer.snapshot().proxies.map((one) => one.closedAt ?? 0))).toBe(clock.time)
  })

  it('skips proxies that are gone, and leaves new ones alone', () => {
    const { clock, scorer } = worked()
    const again = new ProxyScorer({ proxies: proxies.slice(4), clock })
    again.add({ host: 'new.test', port: 1 })
    expect(again.restore(scorer.snapshot())).toBe(2)
    expect(again.scores().filter((score) => score.uses === 0)).toHaveLength(1)
  })

  it('can be restored although the clock was set to the right year only after a start in 1970', () => {
    const clock = new ManualClock()
    clock.time = 1000
    const scorer = new ProxyScorer({ proxies, clock, random: seededRandom(4) })
    scorer.acquireSync().succeed(100)
    clock.time = Date.UTC(2026, 0, 1)
    const again = new ProxyScorer({ proxies, clock, random: seededRandom(4) })
    expect(again.restore(JSON.parse(JSON.stringify(scorer.snapshot())))).toBe(6)
  })
})
