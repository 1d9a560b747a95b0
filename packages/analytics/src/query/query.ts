import { AnalyticsError } from '../errors.ts'
import {
  type Labels,
  labelsMatch,
  type MetricSelector,
  selectorLabels,
  selectorName,
  seriesKey,
} from '../series/labels.ts'
import type { MetricStore } from '../store/metric-store.ts'
import { decodeRawBlock } from '../store/raw-block.ts'
import { type Aggregate, aggregateValues, checkAggregate, counterIncrease } from './aggregate.ts'

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
  /** One result for each combination of these labels' values; default: one result for all series together. */
  readonly groupBy?: readonly string[]
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
}

const maxSteps = 11_000

/** @throws AnalyticsError `METRIC_QUERY_INVALID` */
export function checkQuery(query: MetricQuery): void {
  checkAggregate(query.aggregate ?? 'mean')
  const length = query.until - query.since
  const step = query.stepMs ?? length
  if (Number.isFinite(length) && length > 0 && step > 0 && length / step <= maxSteps) return
  throw new AnalyticsError(
    'METRIC_QUERY_INVALID',
    `The range ${query.since} to ${query.until} in steps of ${query.stepMs ?? 'its length'} cannot be answered.`,
    `Give since < until in epoch ms and at most ${maxSteps} steps.`,
  )
}

interface Sample {
  readonly at: number
  readonly value: number
}

interface Cell {
  readonly values: number[]
  /** Per series, in order of time: for rate and increase. */
  readonly runs: Map<string, Sample[]>
  first: Sample | undefined
  last: Sample | undefined
}

/** Answers a query from the raw samples of a store. */
export async function runQuery(store: MetricStore, query: MetricQuery): Promise<readonly QueryResult[]> {
  checkQuery(query)
  const aggregate = query.aggregate ?? 'mean'
  const stepMs = query.stepMs ?? query.until - query.since
  const groups = new Map<string, { labels: Labels; cells: Map<number, Cell> }>()
  const { since, until } = query
  for await (const page of store.read({ tier: 'raw', names: [selectorName(query.metric)], since, until })) {
    for (const block of page) {
      if (!labelsMatch(block.labels, selectorLabels(query.metric))) continue
      const labels: Record<string, string> = {}
      for (const name of query.groupBy ?? []) labels[name] = block.labels[name] ?? ''
      const groupKey = seriesKey('', labels)
      const group = groups.get(groupKey) ?? { labels, cells: new Map<number, Cell>() }
      groups.set(groupKey, group)
      const { times, values } = decodeRawBlock(block)
      const series = seriesKey(block.name, block.labels)
      for (let i = 0; i < times.length; i += 1) {
        const at = times[i] as number
        if (at < since || at >= until) continue
        const value = values[i] as number
        const start = query.stepMs === undefined ? since : Math.floor(at / stepMs) * stepMs
        const cell: Cell = group.cells.get(start) ?? {
          values: [],
          runs: new Map<string, Sample[]>(),
          first: undefined,
          last: undefined,
        }
        group.cells.set(start, cell)
        cell.values.push(value)
        const run: Sample[] = cell.runs.get(series) ?? []
        cell.runs.set(series, run)
        run.push({ at, value })
        if (cell.first === undefined || at < cell.first.at) cell.first = { at, value }
        if (cell.last === undefined || at >= cell.last.at) cell.last = { at, value }
      }
    }
  }
  return [...groups.values()].map(({ labels, cells }) => ({
    labels,
    points: [...cells]
      .sort(([a], [b]) => a - b)
      .flatMap(([at, cell]) => {
        const value = cellValue(aggregate, cell, stepMs)
        return value === undefined ? [] : [{ at, value, count: cell.values.length }]
      }),
  }))
}

function cellValue(aggregate: Aggregate, cell: Cell, stepMs: number): number | undefined {
  if (aggregate === 'first') return cell.first?.value
  if (aggregate === 'last') return cell.last?.value
  if (aggregate === 'rate' || aggregate === 'increase') {
    let grown = 0
    for (const run of cell.runs.values()) {
      grown += counterIncrease(run.sort((a, b) => a.at - b.at).map((sample) => sample.value))
    }
    return aggregate === 'increase' ? grown : (grown * 1_000) / stepMs
  }
  return aggregateValues(aggregate, Float64Array.from(cell.values))
}
