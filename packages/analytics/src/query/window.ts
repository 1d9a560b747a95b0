import type { SampleRing } from '../series/ring.ts'
import type { Series } from '../series/series.ts'
import { type Aggregate, aggregateValues, counterIncrease } from './aggregate.ts'
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

export function windowStats(list: readonly Series[], after: number, until: number): WindowStats {
  const { values, first, last, complete } = collect(list, after, until)
  return summarise(values, { first, last, complete })
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

/** How many samples the window holds, without reading a value more than needed. */
export interface WindowValue {
  readonly value: number | undefined
  readonly samples: number
}

/** One aggregate over `after < at <= until` of all of these series together; counters are added up. */
export function windowAggregate(
  list: readonly Series[],
  after: number,
  until: number,
  aggregate: Aggregate,
): WindowValue {
  if (aggregate === 'rate' || aggregate === 'increase') {
    let grown = 0
    let samples = 0
    for (const series of list) {
      const values = [...ordered(series, after, until)]
      samples += values.length
      grown += counterIncrease(values)
    }
    if (samples === 0) return { value: undefined, samples }
    return { value: aggregate === 'rate' ? (grown * 1_000) / (until - after) : grown, samples }
  }
  const { values, first, last } = collect(list, after, until)
  if (aggregate === 'first') return { value: first, samples: values.length }
  if (aggregate === 'last') return { value: last, samples: values.length }
  return { value: aggregateValues(aggregate, values), samples: values.length }
}

/** Share of samples above 0, from 0 to 1, and how many there were. */
export function windowSuccess(list: readonly Series[], after: number, until: number): WindowValue {
  const { values } = collect(list, after, until)
  let successes = 0
  for (const value of values) if (value > 0) successes += 1
  return { value: values.length === 0 ? undefined : successes / values.length, samples: values.length }
}
