import { hourMs, minuteMs } from './rollup/roller.ts'
import { visitRollups } from './rollup/rollup-block.ts'
import { QuantileSketch } from './rollup/sketch.ts'
import { seriesKey } from './series/labels.ts'
import { Past, pastSamples } from './series/past.ts'
import type { SeriesRegistry } from './series/registry.ts'
import type { Series } from './series/series.ts'
import type { MetricBlock, MetricStore } from './store/metric-store.ts'
import { decodeRawBlock } from './store/raw-block.ts'

export interface RestorePastOptions {
  readonly store: MetricStore
  readonly registry: SeriesRegistry
  readonly now: number
  /** Metrics whose totals are asked for over longer windows than memory is filled for. */
  readonly names: readonly string[]
  /** How far back, ms; at most 32 days. */
  readonly windowMs: number
  /** From when on rings are filled, epoch ms. */
  readonly heldFrom: number
  /** Whether the store holds anything from before `at`, epoch ms. */
  readonly storedBefore: (at: number) => Promise<boolean>
}

interface Filled {
  readonly series: Series
  readonly past: Past
  lastHour: number
  lastMinute: number
}

const longestMs = 767 * hourMs
/** As far back as a tally answers by the minute. */
const minutesMs = 1_537 * minuteMs

/** Puts what the stored samples of some metrics amount to back into memory: hours, then minutes, then samples. */
export async function restorePast(options: RestorePastOptions): Promise<void> {
  const { store, registry, now, names } = options
  if (names.length === 0) return
  const since = Math.floor((now - Math.min(options.windowMs, longestMs)) / hourMs) * hourMs
  const knownSince = (await options.storedBefore(since)) ? since : Number.NEGATIVE_INFINITY
  for (const name of names) registry.coverage.know(name, knownSince)
  const filled = new Map<string, Filled>()
  const of = (block: MetricBlock): Filled | undefined => {
    const key = seriesKey(block.name, block.labels)
    const known = filled.get(key)
    if (known !== undefined) return known
    const series = registry.own(block.name, block.labels)
    if (series === undefined || !registry.budget.take(pastSamples)) return undefined
    const past = new Past(series.kind === 'counter', knownSince, Math.max(knownSince, now - hourMs))
    series.past = past
    series.ring.heldFrom = options.heldFrom
    const made = { series, past, lastHour: Number.NEGATIVE_INFINITY, lastMinute: Number.NEGATIVE_INFINITY }
    filled.set(key, made)
    return made
  }
  for await (const page of store.read({ tier: '1h', names, since })) {
    for (const block of page) {
      const found = of(block)
      if (found === undefined) continue
      found.lastHour = Math.max(found.lastHour, block.to)
      add(found, block, (tally, at, count, successes, sum) => tally.addHour(at, count, successes, sum))
    }
  }
  const minutesSince = Math.min(now - minutesMs, ...Array.from(filled.values(), ({ lastHour }) => lastHour + hourMs))
  for await (const page of store.read({ tier: '1m', names, since: Math.max(since, minutesSince) })) {
    for (const block of page) {
      const found = of(block)
      if (found === undefined) continue
      found.lastMinute = Math.max(found.lastMinute, block.to)
      found.past.keep([block], now)
      const open = (at: number): boolean => at >= found.lastHour + hourMs
      add(found, block, (tally, at, ...sums) => tally.addMinute(at, ...sums, open(at)))
    }
  }
  const samplesSince = Math.min(now - hourMs, ...Array.from(filled.values(), ({ lastMinute }) => lastMinute + minuteMs))
  for await (const page of store.read({ tier: 'raw', names, since: Math.max(since, samplesSince) })) {
    for (const block of page) {
      const found = of(block)
      if (found === undefined) continue
      const { times, values } = decodeRawBlock(block)
      const from = times.findIndex((at) => at >= found.lastMinute + minuteMs)
      if (from >= 0) found.past.tally.addRun(times.subarray(from), values.subarray(from))
    }
  }
}

type Add = (tally: Past['tally'], at: number, count: number, successes: number, sum: number) => void

function add({ series, past }: Filled, block: MetricBlock, into: Add): void {
  visitRollups(block, (at, rollup, mergeSketch) => {
    const sketch = new QuantileSketch()
    mergeSketch(sketch)
    const grown = series.kind === 'counter' ? rollup.grown + past.tally.step(rollup.first, rollup.last) : rollup.sum
    into(past.tally, at, rollup.count, sketch.positive.total, grown)
  })
}
