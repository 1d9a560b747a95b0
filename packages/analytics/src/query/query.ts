import { AnalyticsError } from '../errors.ts'
import { getOrMake } from '../get-or-make.ts'
import { minuteMs } from '../rollup/roller.ts'
import { visitRollups } from '../rollup/rollup-block.ts'
import {
  type Labels,
  labelsMatch,
  labelsOf,
  type MetricSelector,
  selectorLabels,
  selectorName,
  seriesKey,
} from '../series/labels.ts'
import type { MetricStore, Tier } from '../store/metric-store.ts'
import { decodeRawBlock } from '../store/raw-block.ts'
import { type Aggregate, checkAggregate, quantileOf } from './aggregate.ts'
import { Cell, Growth } from './cell.ts'
import { chooseTier, plan, type Resolution, sizes, type Tiers } from './plan.ts'

/** A question over what is stored: `since <= at < until`, in steps, one result per group. */
export interface MetricQuery {
  readonly metric: MetricSelector
  /** Epoch ms. */
  readonly since: number
  /** Epoch ms, excluded. */
  readonly until: number
  /** Length of a step, ms; default: one step for the whole range. Steps begin at multiples of it since the epoch. */
  readonly stepMs?: number
  /** Default `mean`. */
  readonly aggregate?: Aggregate
  /** One result for each combination of these labels' values, in the order of their text; default: one for all series. */
  readonly groupBy?: readonly string[]
  /**
   * `raw` is exact while raw samples are kept. Rollups answer counts, sums, extremes and deviations as exactly, and
   * quantiles within 1 % of the value. Default `auto`: raw up to 2 h, minutes up to 7 days, hours beyond.
   */
  readonly resolution?: Resolution
}

export interface QueryPoint {
  /** Beginning of the step, epoch ms. */
  readonly at: number
  readonly value: number
  /** Samples behind the value. */
  readonly count: number
}

export interface QueryResult {
  readonly labels: Labels
  /** Ascending in time; steps without samples are left out. */
  readonly points: readonly QueryPoint[]
  /** The coarsest tier that was read for it. */
  readonly tier: Tier
}

const maxSteps = 11_000

/** @throws AnalyticsError `METRIC_QUERY_INVALID` */
export function checkQuery(query: MetricQuery): void {
  checkAggregate(query.aggregate ?? 'mean')
  const length = query.until - query.since
  const step = query.stepMs ?? length
  checkResolution(query.resolution)
  const finite = Number.isFinite(length) && Number.isFinite(step)
  if (finite && length > 0 && step > 0 && length / step <= maxSteps) return
  throw new AnalyticsError(
    'METRIC_QUERY_INVALID',
    `The range ${query.since} to ${query.until} in steps of ${query.stepMs ?? 'its length'} cannot be answered.`,
    `Give since < until in epoch ms and at most ${maxSteps} steps.`,
  )
}

function checkResolution(resolution: Resolution = 'auto'): void {
  if (resolution === 'auto' || Object.hasOwn(sizes, resolution)) return
  throw new AnalyticsError(
    'METRIC_QUERY_INVALID',
    `There is no resolution ${JSON.stringify(resolution)}.`,
    `Use auto, ${Object.keys(sizes).join(', ')}.`,
  )
}

interface Group {
  readonly labels: Labels
  readonly cells: Map<number, Cell>
  readonly growths: Map<string, Growth>
}

const coarseness: readonly Tier[] = ['raw', '1m', '1h']

/** Answers a query from the tiers of a store. */
export async function runQuery(store: MetricStore, query: MetricQuery, tiers: Tiers): Promise<readonly QueryResult[]> {
  checkQuery(query)
  const { since, until } = query
  const aggregate = query.aggregate ?? 'mean'
  const stepMs = query.stepMs ?? until - since
  const quantile = quantileOf(aggregate) !== undefined
  const growing = aggregate === 'rate' || aggregate === 'increase'
  const wanted =
    query.resolution === undefined || query.resolution === 'auto'
      ? chooseTier({ since, until, stepMs }, tiers)
      : query.resolution
  const stepOf = (at: number): number => (query.stepMs === undefined ? since : Math.floor(at / stepMs) * stepMs)
  const groups = new Map<string, Group>()
  const segments = plan(since, until, wanted, tiers)
  // What is answered may begin and end outside of the range, by whole rollups; and the future has not happened.
  const last = segments.at(-1)
  const end = last === undefined ? until : Math.ceil(last.until / sizes[last.tier]) * sizes[last.tier]
  const answered = {
    since: Math.min(since, segments[0]?.since ?? since),
    until: Math.max(since + 1, Math.min(tiers.now + 1, Math.max(until, end))),
  }
  /** How much of a step was answered, s. */
  const seconds = (step: number): number => {
    const begin = step <= since ? answered.since : step
    const stop = step + stepMs >= until ? answered.until : step + stepMs
    return (Math.min(stop, answered.until) - begin) / 1_000
  }
  // What a counter grew up to its first sample in the range shows only against the last one before it.
  if (growing) segments.unshift(...plan(since - 2 * minuteMs, segments[0]?.since ?? since, 'raw', tiers))
  const read = new Set<Tier>()
  for (const segment of segments) {
    const names = [selectorName(query.metric)]
    const { tier } = segment
    const inRange = segment.until > since
    for await (const page of store.read({ tier, names, since: segment.since, until: segment.until })) {
      for (const block of page) {
        if (!labelsMatch(block.labels, selectorLabels(query.metric))) continue
        const group = groupOf(groups, block.labels, query.groupBy ?? [])
        if (inRange) read.add(tier)
        const growth = growing
          ? getOrMake(group.growths, seriesKey(block.name, block.labels), () => new Growth())
          : undefined
        if (tier === 'raw') {
          const { times, values } = decodeRawBlock(block)
          for (const [from, to] of runs(times, segment.since, segment.until, stepOf)) {
            const [t, v] = [times.subarray(from, to), values.subarray(from, to)]
            growth?.addRun(t, v)
            if (inRange) cellOf(group, stepOf(t[0] as number)).addRun(t, v)
          }
        } else {
          visitRollups(block, (at, rollup, mergeSketch) => {
            if (at < segment.since || at >= segment.until) return
            growth?.addRollup(rollup, inRange ? since : Number.NEGATIVE_INFINITY)
            if (!inRange) return
            cellOf(group, stepOf(Math.max(at, since))).addRollup(rollup, quantile ? mergeSketch : undefined)
          })
        }
      }
    }
  }
  const tier = coarseness.findLast((each) => read.has(each)) ?? 'raw'
  const inOrder = [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const results = inOrder.map(([, group]) => ({
    labels: group.labels,
    points: growing
      ? growthPoints(group, since, stepOf, aggregate === 'rate' ? seconds : () => 1)
      : points(group, aggregate),
    tier,
  }))
  return results.filter((result) => result.points.length > 0)
}

/** Runs of ascending times in one step each, as indices. */
function* runs(
  times: Float64Array,
  since: number,
  until: number,
  stepOf: (at: number) => number,
): Generator<[number, number]> {
  let from = 0
  while (from < times.length && (times[from] as number) < since) from += 1
  while (from < times.length && (times[from] as number) < until) {
    const step = stepOf(times[from] as number)
    let to = from + 1
    while (to < times.length && (times[to] as number) < until && stepOf(times[to] as number) === step) to += 1
    yield [from, to]
    from = to
  }
}

function points(group: Group, aggregate: Aggregate): QueryPoint[] {
  return [...group.cells]
    .sort(([a], [b]) => a - b)
    .flatMap(([at, cell]) => {
      const value = cell.value(aggregate)
      return value === undefined ? [] : [{ at, value, count: cell.count }]
    })
}

function growthPoints(
  group: Group,
  since: number,
  stepOf: (at: number) => number,
  divisor: (step: number) => number,
): QueryPoint[] {
  const totals = new Map<number, number>()
  for (const growth of group.growths.values()) {
    const steps = growth.bySteps((at) => (at < since ? undefined : stepOf(at)))
    for (const [step, grown] of steps) totals.set(step, (totals.get(step) ?? 0) + grown)
  }
  return [...totals]
    .sort(([a], [b]) => a - b)
    .map(([at, grown]) => ({ at, value: grown / divisor(at), count: group.cells.get(at)?.count ?? 0 }))
}

function groupOf(groups: Map<string, Group>, of: Labels, by: readonly string[]): Group {
  const labels = labelsOf(of, by)
  return getOrMake(groups, JSON.stringify(labels), () => ({ labels, cells: new Map(), growths: new Map() }))
}

function cellOf(group: Group, step: number): Cell {
  return getOrMake(group.cells, step, () => new Cell())
}
