import { minuteMs } from '../rollup/roller.ts'
import { grownFrom, Rollup } from '../rollup/rollup.ts'
import { visitRollups } from '../rollup/rollup-block.ts'
import type { Series } from '../series/series.ts'
import { sortByTime } from '../series/sort-by-time.ts'
import type { Tallied } from '../series/tally.ts'

const floorMinute = (at: number): number => Math.floor(at / minuteMs) * minuteMs

/** First whole millisecond after. */
const next = (after: number): number => Math.floor(after) + 1

export interface PastTally extends Tallied {
  readonly complete: boolean
}

/**
 * What the samples of one series with `after < at <= until` amount to, where its ring no longer holds them all. It begins
 * with the whole minute, or hour, in which `after` lies. Undefined where there is no tally.
 */
export function tallyOf(series: Series, after: number, until: number): PastTally | undefined {
  const { ring, past, drained } = series
  if (past === undefined) return undefined
  const found = past.tally.between(next(after), ring.maxAt <= until ? Number.POSITIVE_INFINITY : next(until))
  let { count, successes, sum } = found
  const growing = series.kind === 'counter'
  const add = (i: number): void => {
    const value = ring.valueAt(i)
    count += 1
    if (value > 0) successes += 1
    sum += growing ? (i > ring.first ? grownFrom(ring.valueAt(i - 1), value) : 0) : value
  }
  const within = (at: number): boolean => at >= found.since && at <= until
  for (let i = Math.max(drained, ring.first); i < ring.written; i += 1) if (within(ring.timeAt(i))) add(i)
  // The end of a window of the past lies within a minute: the ring knows its samples, if they are still there.
  const cut = found.until !== Number.POSITIVE_INFINITY && found.until !== next(until)
  const ends = !cut || ring.covers(found.until - 1)
  if (cut && ends) {
    for (let i = ring.lowerBound(found.until - 1); i < drained; i += 1) {
      const at = ring.timeAt(i)
      if (at >= found.until && within(at)) add(i)
    }
  }
  const complete = ends && found.since <= next(after) && after >= past.knownSince
  return { since: found.since, until: found.until, count, successes, sum, complete }
}

/**
 * One rollup over all of these series, from the minute in which `after` lies on: from minutes that memory keeps rolled up,
 * where a ring no longer holds all samples. Undefined where that knows no more than the rings do.
 */
export function rollupOf(
  list: readonly Series[],
  after: number,
  until: number,
): { readonly rollup: Rollup; readonly since: number; readonly complete: boolean } | undefined {
  const since = floorMinute(next(after))
  const all = new Rollup()
  let complete = true
  let gained = false
  let known = since
  for (const series of list) {
    const { ring, past, drained } = series
    if (ring.covers(after) || past === undefined || ring.knownSince <= past.minutesSince) {
      const from = ring.covers(since - 1) ? since : next(after)
      addSamples(all, series, ring.lowerBound(from - 1), from, until)
      if (ring.covers(after)) continue
      complete = false
      known = Math.max(known, ring.knownSince)
      continue
    }
    gained = true
    addMinutes(all, series, since, until)
    addSamples(all, series, Math.max(drained, ring.first), since, until)
    // A minute that the end cuts is in there as a whole.
    const whole = ring.maxAt <= until || until >= floorMinute(ring.maxAt) + minuteMs - 1
    if (whole && past.minutesSince <= next(after)) continue
    complete = false
    known = Math.max(known, past.minutesSince)
  }
  return gained ? { rollup: all, since: known, complete } : undefined
}

function addMinutes(into: Rollup, { past, open }: Series, since: number, until: number): void {
  for (const block of past?.minutes ?? []) {
    if (block.to < since || block.from > until) continue
    visitRollups(block, (at, rollup, mergeSketch) => {
      if (at < since || at > until) return
      into.join(rollup)
      mergeSketch(into.sketch)
    })
  }
  for (const { at, rollup } of open?.minutesFrom(since) ?? []) if (at <= until) into.merge(rollup)
}

function addSamples(into: Rollup, { ring }: Series, from: number, since: number, until: number): void {
  const times: number[] = []
  const values: number[] = []
  for (let i = from; i < ring.written; i += 1) {
    const at = ring.timeAt(i)
    if (at < since || at > until) continue
    times.push(at)
    values.push(ring.valueAt(i))
  }
  const [sortedTimes, sortedValues] = [Float64Array.from(times), Float64Array.from(values)]
  sortByTime(sortedTimes, sortedValues)
  into.addRun(sortedTimes, sortedValues)
}
