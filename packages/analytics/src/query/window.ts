import type { Rollup } from '../rollup/rollup.ts'
import type { SampleRing } from '../series/ring.ts'
import type { Series } from '../series/series.ts'
import { type Aggregate, aggregateValues, counterIncrease } from './aggregate.ts'
import { rollupValue } from './cell.ts'
import { rollupOf, tallyOf } from './past.ts'
import { summarise, type WindowStats } from './statistics.ts'

interface Collected {
  readonly values: Float64Array
  readonly first: number | undefined
  readonly last: number | undefined
  readonly complete: boolean
}

/** Used again by each small window: a typed array costs more to make than to fill. Nothing of it outlives a call. */
const scratch = new Float64Array(8_192)

/** The samples of these series with `after < at <= until`, from memory. */
function collect(list: readonly Series[], after: number, until: number): Collected {
  let room = 0
  let complete = true
  for (const { ring } of list) {
    room += ring.written - ring.lowerBound(after)
    complete &&= ring.covers(after)
  }
  const values = room <= scratch.length ? scratch : new Float64Array(room)
  const into: Gathering = {
    values,
    count: 0,
    first: undefined,
    last: undefined,
    firstAt: Number.POSITIVE_INFINITY,
    lastAt: Number.NEGATIVE_INFINITY,
  }
  for (const { ring } of list) {
    if (ring.ordered && ring.maxAt <= until) takeTail(ring, after, into)
    else takeEach(ring, after, until, into)
  }
  return { values: values.subarray(0, into.count), first: into.first, last: into.last, complete }
}

interface Gathering {
  readonly values: Float64Array
  count: number
  first: number | undefined
  last: number | undefined
  firstAt: number
  lastAt: number
}

/** Of a ring in order whose end is in the window: one copy. */
function takeTail(ring: SampleRing, after: number, into: Gathering): void {
  const from = ring.lowerBound(after)
  const count = ring.written - from
  if (count === 0) return
  ring.copyValues(into.values.subarray(into.count, into.count + count), from)
  into.count += count
  takeEnds(ring, from, ring.written - 1, into)
}

function takeEach(ring: SampleRing, after: number, until: number, into: Gathering): void {
  for (let i = ring.lowerBound(after); i < ring.written; i += 1) {
    const at = ring.timeAt(i)
    if (at <= after || at > until) continue
    into.values[into.count] = ring.valueAt(i)
    into.count += 1
    takeEnds(ring, i, i, into)
  }
}

function takeEnds(ring: SampleRing, first: number, last: number, into: Gathering): void {
  if (ring.timeAt(first) < into.firstAt) {
    into.firstAt = ring.timeAt(first)
    into.first = ring.valueAt(first)
  }
  if (ring.timeAt(last) >= into.lastAt) {
    into.lastAt = ring.timeAt(last)
    into.last = ring.valueAt(last)
  }
}

/** True where each ring still holds all of its samples later than `after`. */
const inRings = (list: readonly Series[], after: number): boolean => list.every(({ ring }) => ring.covers(after))

/** @param knownSince Memory knows of every sample from then on, epoch ms. */
export function windowStats(list: readonly Series[], after: number, until: number, knownSince: number): WindowStats {
  if (!inRings(list, after)) {
    const past = rollupOf(list, after, until)
    if (past !== undefined) return fromRollup(past.rollup, past.since, past.complete && after >= knownSince)
  }
  const { values, first, last, complete } = collect(list, after, until)
  const since = complete ? after : Math.max(after, ...list.map(({ ring }) => ring.knownSince))
  return summarise(values, { first, last, since, source: 'samples', complete: complete && after >= knownSince })
}

function fromRollup(rollup: Rollup, since: number, complete: boolean): WindowStats {
  const { count, sum, mean, min, max, stddev, first, last } = rollup
  const base = { since, source: 'rollups', complete } as const
  if (count === 0) return summarise(new Float64Array(0), { first: undefined, last: undefined, ...base })
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((q) => rollup.quantile(q))
  return { count, sum, mean, min, max, stddev, p50, p95, p99, first, last, ...base }
}

/** The samples of one series in the order of time, beginning with the newest that is not later than `after`. */
function* ordered(series: Series, after: number, until: number): Generator<number> {
  const { ring } = series
  const found: { at: number; value: number }[] = []
  let before: { at: number; value: number } | undefined
  const start = ring.lowerBound(after)
  for (let i = Math.max(ring.first, start - 1); i < ring.written; i += 1) {
    const at = ring.timeAt(i)
    if (at > until) continue
    const value = ring.valueAt(i)
    if (at > after) found.push({ at, value })
    else if (before === undefined || at >= before.at) before = { at, value }
  }
  if (before !== undefined) yield before.value
  for (const sample of found.sort((a, b) => a.at - b.at)) yield sample.value
}

export interface WindowValue {
  readonly value: number | undefined
  readonly samples: number
  /** False where memory knows of a part of the window only. */
  readonly complete: boolean
}

/**
 * One aggregate over `after < at <= until` of all of these series together; counters are added up. Where rings no longer
 * hold all of it, the window begins with the whole minute or hour in which `after` lies, and quantiles are within 1 %.
 */
export function windowAggregate(
  list: readonly Series[],
  after: number,
  until: number,
  aggregate: Aggregate,
): WindowValue {
  if (aggregate === 'rate' || aggregate === 'increase') return growth(list, after, until, aggregate === 'rate')
  if (!inRings(list, after)) {
    if (aggregate === 'count' || aggregate === 'sum' || aggregate === 'mean') {
      const { count, sum, complete } = windowTotals(list, after, until)
      const value = aggregate === 'count' ? count : aggregate === 'sum' ? sum : count === 0 ? undefined : sum / count
      return { value, samples: count, complete }
    }
    const past = rollupOf(list, after, until)
    if (past !== undefined) {
      const { rollup, complete } = past
      return { value: rollup.count === 0 ? undefined : rollupValue(rollup, aggregate), samples: rollup.count, complete }
    }
  }
  const { values, first, last, complete } = collect(list, after, until)
  if (aggregate === 'first') return { value: first, samples: values.length, complete }
  if (aggregate === 'last') return { value: last, samples: values.length, complete }
  return { value: aggregateValues(aggregate, values), samples: values.length, complete }
}

function growth(list: readonly Series[], after: number, until: number, rate: boolean): WindowValue {
  let [value, samples] = [0, 0]
  let complete = true
  for (const series of list) {
    const past = series.ring.covers(after) ? undefined : tallyOf(series, after, until)
    const values = past === undefined ? [...ordered(series, after, until)] : []
    const grown = past?.sum ?? counterIncrease(values)
    samples += past?.count ?? values.length
    value += rate ? (grown * 1_000) / (until - Math.min(after, past?.since ?? after)) : grown
    complete &&= past?.complete ?? series.ring.covers(after)
  }
  return { value: samples === 0 ? undefined : value, samples, complete }
}

/** What a window holds of successes. */
export interface SuccessWindow {
  /** From 0 to 1; undefined where there is no sample. */
  readonly rate: number | undefined
  readonly successes: number
  readonly total: number
  /** Where what was counted begins, epoch ms. */
  readonly since: number
  /** False where memory knows of a part of the window only: then `since` is later than asked for. */
  readonly complete: boolean
}

/** How far back memory reaches, epoch ms; -Infinity where it has not lost anything. */
export interface MemoryCoverage {
  /** What `detectAnomalies` and exact quantiles see. */
  readonly samplesSince: number
  /** What counts, sums, success rates and error budgets see. */
  readonly totalsSince: number
}

export interface WindowTotals {
  readonly count: number
  /** Samples above 0. */
  readonly successes: number
  readonly sum: number
  /** Where what was counted begins: later than asked for only where it is not complete. Epoch ms. */
  readonly since: number
  readonly complete: boolean
}

/** Exact counts and sums over windows of up to 32 days, whatever the rings still hold. */
export function windowTotals(list: readonly Series[], after: number, until: number): WindowTotals {
  let [count, successes, sum] = [0, 0, 0]
  let since = after
  let complete = true
  for (const series of list) {
    const { ring } = series
    const past = ring.covers(after) ? undefined : tallyOf(series, after, until)
    if (past !== undefined) {
      count += past.count
      successes += past.successes
      sum += past.sum
      complete &&= past.complete
      since = past.complete
        ? Math.min(since, past.since)
        : Math.max(since, past.since, series.past?.knownSince ?? since)
      continue
    }
    for (let i = ring.lowerBound(after); i < ring.written; i += 1) {
      const at = ring.timeAt(i)
      if (at <= after || at > until) continue
      const value = ring.valueAt(i)
      count += 1
      if (value > 0) successes += 1
      sum += value
    }
    if (ring.covers(after)) continue
    complete = false
    since = Math.max(since, ring.knownSince)
  }
  return { count, successes, sum, since, complete }
}

/** Share of samples above 0, from 0 to 1, and how many there were. */
export function windowSuccess(list: readonly Series[], after: number, until: number): WindowValue {
  const { count, successes, complete } = windowTotals(list, after, until)
  return { value: count === 0 ? undefined : successes / count, samples: count, complete }
}

/** Share of samples that are not above `limit`; from rolled-up minutes within 1 % of the limit. */
export function windowShare(
  list: readonly Series[],
  after: number,
  until: number,
  limit: number,
): { readonly share: number | undefined; readonly complete: boolean } {
  if (!inRings(list, after)) {
    const past = rollupOf(list, after, until)
    if (past !== undefined) {
      const { count, sketch } = past.rollup
      return { share: count === 0 ? undefined : sketch.countUpTo(limit) / count, complete: past.complete }
    }
  }
  const { values, complete } = collect(list, after, until)
  let within = 0
  for (const value of values) if (value <= limit) within += 1
  return { share: values.length === 0 ? undefined : within / values.length, complete }
}
