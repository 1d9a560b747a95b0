import type { Recorder } from './recorder.ts'
import { restorePast } from './restore-past.ts'
import { hourMs, minuteMs, OpenRollups } from './rollup/roller.ts'
import { decodeRollupBlock } from './rollup/rollup-block.ts'
import type { SeriesRegistry } from './series/registry.ts'
import type { Series } from './series/series.ts'
import type { MetricBlock, MetricStore } from './store/metric-store.ts'
import { decodeRawBlock } from './store/raw-block.ts'

/** Metrics of which success rates and error budgets go on over a restart. */
export interface RestoredTotals {
  readonly names: readonly string[]
  /** Of the longest window that is asked for, ms; at most 2,761,200,000 (32 days). */
  readonly windowMs: number
}

export interface RestoreOptions {
  readonly store: MetricStore
  readonly registry: SeriesRegistry
  readonly recorder: Recorder
  readonly now: number
  /** How far back memory is filled, ms. */
  readonly sinceMs: number
  /** How far back raw samples are kept, ms. */
  readonly rawMs: number
  /** Metrics of which more than that is wanted: what their samples of the last `windowMs` amount to. */
  readonly totals: RestoredTotals
}

/**
 * Puts the newest stored samples back into memory, and takes up the minutes and hours that were open when the process
 * ended. A minute is stored once, when it is over, so all stored samples after the last stored minute of their series are
 * those that no rollup covers yet; the same holds for hours.
 */
export async function restore(options: RestoreOptions): Promise<void> {
  const { store, registry, recorder, now } = options
  const since = now - options.sinceMs
  const horizon = Math.min(since, await newestSince(store, now, options.rawMs))
  const rollupsSince = Math.floor(horizon / hourMs) * hourMs - hourMs
  const storedBefore = (at: number): Promise<boolean> => anyBefore(store, at)
  const heldFrom = (await storedBefore(since)) ? since : Number.NEGATIVE_INFINITY
  const opened = (block: MetricBlock): { series: Series; open: OpenRollups } | undefined => {
    const series = registry.own(block.name, block.labels)
    if (series === undefined) return undefined
    series.open ??= new OpenRollups()
    series.ring.heldFrom = heldFrom
    return { series, open: series.open }
  }
  for await (const page of store.read({ tier: '1h', since: rollupsSince })) {
    for (const block of page) {
      const found = opened(block)
      if (found !== undefined) found.open.lastHour = Math.max(found.open.lastHour, block.to)
    }
  }
  for await (const page of store.read({ tier: '1m', since: rollupsSince })) {
    for (const block of page) {
      const found = opened(block)
      if (found === undefined) continue
      found.open.lastMinute = Math.max(found.open.lastMinute, block.to)
      for (const point of decodeRollupBlock(block)) {
        if (point.at >= found.open.lastHour + hourMs) found.open.addMinute(point)
      }
    }
  }
  for await (const page of store.read({ tier: 'raw', since: Math.min(since, rollupsSince + hourMs) })) {
    for (const block of page) {
      const found = opened(block)
      if (found === undefined) continue
      const { times, values } = decodeRawBlock(block)
      recorder.load(found.series, times, values, since)
      const from = times.findIndex((at) => at >= found.open.lastMinute + minuteMs)
      if (from >= 0) found.open.addRun(times.subarray(from), values.subarray(from))
    }
  }
  registry.coverage.knownSince = heldFrom
  await restorePast({ store, registry, now, ...options.totals, heldFrom, storedBefore })
}

async function anyBefore(store: MetricStore, until: number): Promise<boolean> {
  for (const tier of ['1h', '1m', 'raw'] as const) {
    for await (const page of store.read({ tier, until })) if (page.length > 0) return true
  }
  return false
}

/** A time not later than the newest stored sample, and not much earlier: what a crash can have left open lies after it. */
async function newestSince(store: MetricStore, now: number, rawMs: number): Promise<number> {
  for (let back = 2 * hourMs; back < rawMs; back *= 4) {
    for await (const page of store.read({ tier: 'raw', since: now - back })) if (page.length > 0) return now - back
  }
  return now - rawMs
}
