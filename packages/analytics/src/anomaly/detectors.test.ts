import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MetricsAggregator } from '../index.ts'
import { ManualClock } from '../testing/index.ts'
import { RecentPeak } from './detector.ts'
import { type AnomalyMethod, createDetector } from './detectors.ts'
import { ExtremesWindow } from './extremes.ts'
import { SortedWindow } from './sorted-window.ts'

const methods: readonly AnomalyMethod[] = ['novelty', 'zscore', 'iqr', 'mad', 'ewma', 'daily', 'weekly']
const hour = 3_600_000

/** A linear congruential generator: the same noise in every run. */
function noise(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32 - 0.5
  }
}

/** A detector that has seen four weeks of a noisy level, one sample an hour. */
function learned(method: AnomalyMethod, level = 100, spread = 4) {
  const detector = createDetector({ method })
  const draw = noise(7)
  let at = 0
  const next = (value: number) => {
    at += hour
    return detector.update(value, at)
  }
  const usual = () => next(level + spread * draw())
  for (let i = 0; i < 672; i += 1) usual()
  return { next, usual }
}

describe.each(methods)('the detector %s', (method) => {
  it('says nothing during its warm-up, then what is usual', () => {
    const detector = createDetector({ method })
    for (let i = 0; i < 100; i += 1) {
      expect(detector.update(i === 50 ? 1_000 : 1, i * hour)).toMatchObject({ score: 0, onset: false })
    }
    const { usual } = learned(method)
    const verdict = usual()
    expect(verdict.score).toBeLessThanOrEqual(1)
    expect(verdict.reason).toBe('within what is usual')
    expect(verdict.lower).toBeLessThan(verdict.expected)
    expect(verdict.upper).toBeGreaterThan(verdict.expected)
    expect(verdict.lower).toBeGreaterThan(80)
    expect(verdict.upper).toBeLessThan(120)
  })

  it('finds a value far above and one far below, and says so in plain words', () => {
    for (const [value, direction] of [
      [200, 'above'],
      [0, 'below'],
    ] as const) {
      const verdict = learned(method).next(value)
      expect(verdict).toMatchObject({ onset: true, direction })
      expect(verdict.score).toBeGreaterThan(1)
      expect(verdict.reason).toContain(`${value} is ${direction} what is usual; usual is `)
    }
  })

  it('tells an incident once', () => {
    const { next, usual } = learned(method)
    const onsets = [200, 199, 198, 201, 197].map((value) => next(value).onset)
    expect(onsets.filter(Boolean).length).toBeLessThanOrEqual(2)
    expect(onsets[0]).toBe(true)
    for (let i = 0; i < 40; i += 1) expect(usual().onset).toBe(false)
  })

  it('goes on from its snapshot as if nothing had been', () => {
    const draw = noise(3)
    const value = (i: number): number => 100 + 4 * draw() + (i % 97 === 0 ? 60 : 0)
    for (const samples of [0, 1, 50, 700]) {
      const detector = createDetector({ method })
      for (let i = 0; i < samples; i += 1) detector.update(value(i), i * hour)
      const snapshot = JSON.parse(JSON.stringify(detector.snapshot()))
      expect(JSON.stringify(snapshot).length).toBeLessThan(17_000)
      const next = createDetector({ method }, snapshot)
      for (let i = samples; i < samples + 300; i += 1) {
        const each = value(i)
        expect(next.update(each, i * hour)).toEqual(detector.update(each, i * hour))
      }
    }
  })

  it('refuses a snapshot of another version, of another method, or damaged', () => {
    const snapshot = createDetector({ method }).snapshot()
    const other = method === 'mad' ? 'ewma' : 'mad'
    for (const bad of [
      { ...snapshot, version: 2 },
      { ...snapshot, method: other },
      { ...snapshot, state: { ...snapshot.state, core: {} } },
      { ...snapshot, state: { ...snapshot.state, seen: -1 } },
    ]) {
      expect(() => createDetector({ method }, bad as never)).toThrow(
        expect.objectContaining({ code: 'METRIC_IMPORT_INVALID' }),
      )
    }
  })

  it('is not made blind by an anomaly', () => {
    const { next, usual } = learned(method)
    next(1e9)
    for (let i = 0; i < 200; i += 1) usual()
    expect(next(200).score).toBeGreaterThan(1)
  })

  it('answers a constant series: the same value is usual, a clear step is not', () => {
    for (const level of [0, 100, -3]) {
      const { next, usual } = learned(method, level, 0)
      expect(usual().score).toBe(0)
      expect(next(level === 0 ? 1 : level * 1.5).score).toBeGreaterThan(1)
    }
  })

  it('takes as little as its floor for no difference', () => {
    const detector = createDetector({ method, floor: 50 })
    for (let i = 0; i < 672; i += 1) detector.update(1, i * hour)
    expect(detector.update(3, 672 * hour).score).toBeLessThanOrEqual(1)
    expect(detector.update(1_000, 673 * hour).score).toBeGreaterThan(1)
  })
})

describe('the seasonal detectors', () => {
  it('know the hour of the day: a night value by day is unusual', () => {
    const detector = createDetector({ method: 'daily' })
    const draw = noise(3)
    const usual = (at: number) => ((at / hour) % 24 < 8 ? 10 : 100) + draw()
    for (let i = 0; i < 24 * 20; i += 1) detector.update(usual(i * hour), i * hour)
    expect(detector.update(100, 24 * 20 * hour + 12 * hour).score).toBeLessThan(1)
    expect(detector.update(10, 24 * 20 * hour + 13 * hour)).toMatchObject({ onset: true, direction: 'below' })
  })
})

describe('the default detector', () => {
  it('finds a value in a gap, and a jump between values that are usual by themselves', () => {
    const twoLevels = createDetector()
    const draw = noise(5)
    for (let i = 0; i < 1_000; i += 1) twoLevels.update((i % 100 < 50 ? 10 : 90) + draw(), i)
    expect(twoLevels.update(50, 1_000)).toMatchObject({ onset: true, direction: 'within' })

    const slow = createDetector()
    for (let i = 0; i < 2_000; i += 1) slow.update(50 + 40 * Math.sin(i / 40), i)
    const verdict = slow.update(50 + 40 * Math.sin(2_000 / 40 + Math.PI), 2_000)
    expect(verdict).toMatchObject({ onset: true, direction: 'within' })
    expect(verdict.reason).toContain('does not fit what came just before it')
  })
})

describe('what detectors remember', () => {
  const values = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 300 })

  it('the extremes of a window are those of all of its samples', () => {
    fc.assert(
      fc.property(values, (list) => {
        const window = new ExtremesWindow(64, 0.05)
        for (const [i, value] of list.entries()) {
          window.push(value)
          const seen = list.slice(i + 1 - window.count, i + 1).sort((a, b) => a - b)
          const rank = 0.05 * (seen.length - 1)
          const at = (index: number) => seen[index] as number
          const low = at(Math.floor(rank)) + (rank % 1) * (at(Math.ceil(rank)) - at(Math.floor(rank)))
          const top = seen.length - 1
          const high =
            at(top - Math.floor(rank)) - (rank % 1) * (at(top - Math.floor(rank)) - at(top - Math.ceil(rank)))
          expect(window.lower).toBeCloseTo(low, 9)
          expect(window.upper).toBeCloseTo(high, 9)
        }
        expect(window.count).toBeLessThanOrEqual(64)
        expect(window.count).toBeGreaterThanOrEqual(Math.min(list.length, 62))
      }),
    )
  })

  it('order statistics of a sorted window are those of its samples', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: -20, max: 20 }), (list, centre) => {
        const window = new SortedWindow(20)
        for (const value of list) window.push(value)
        const seen = list.slice(-20).sort((a, b) => a - b)
        expect(window.quantile(0)).toBe(seen[0])
        expect(window.quantile(1)).toBe(seen.at(-1))
        const distances = seen.map((value) => Math.abs(value - centre)).sort((a, b) => a - b)
        expect(window.medianDistance(centre)).toBe(distances[Math.floor((seen.length - 1) / 2)])
      }),
    )
  })

  it('the highest recent score is the highest of the last few', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 60 }), fc.integer({ min: 1, max: 10 }), (scores, span) => {
        const peak = new RecentPeak(span)
        for (const [i, score] of scores.entries()) {
          expect(peak.highest).toBe(Math.max(0, ...scores.slice(Math.max(0, i - span), i)))
          peak.push(score)
        }
      }),
    )
  })
})

describe('detectAnomalies', () => {
  it('gives the unusual samples of the window, each with its series', () => {
    const clock = new ManualClock()
    const metrics = new MetricsAggregator({ clock })
    const draw = noise(9)
    for (let i = 0; i < 400; i += 1) {
      clock.advance(1_000)
      for (const host of ['a', 'b']) {
        const value = host === 'b' && i === 350 ? 500 : 100 + draw()
        metrics.record('m', value, { labels: { host } })
      }
    }
    const found = metrics.detectAnomalies('m', 100_000)
    expect(found.filter((anomaly) => anomaly.onset)).toMatchObject([
      { name: 'm', labels: { host: 'b' }, at: clock.now() - 49_000, value: 500, direction: 'above' },
    ])
    expect(metrics.detectAnomalies('m', 10_000, { method: 'mad' })).toEqual([])
    expect(() => metrics.detectAnomalies('m', 1, { method: 'magic' as never })).toThrow(
      expect.objectContaining({ code: 'ANALYTICS_OPTION_INVALID' }),
    )
  })
})
