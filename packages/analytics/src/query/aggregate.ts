import { AnalyticsError } from '../errors.ts'
import { quantilesInPlace } from './quantile.ts'
import { moments, totals } from './statistics.ts'

/**
 * One number for many samples. `p50` … `p99` and `{ quantile }` interpolate linearly; `stddev` is the population's;
 * `increase` is how much a counter grew (a fall counts as a restart from 0), `rate` the same per second.
 */
export type Aggregate =
  | 'count'
  | 'sum'
  | 'mean'
  | 'min'
  | 'max'
  | 'stddev'
  | 'first'
  | 'last'
  | 'p50'
  | 'p90'
  | 'p95'
  | 'p99'
  | 'rate'
  | 'increase'
  | { readonly quantile: number }

const named: Readonly<Record<string, number>> = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 }
const others = ['count', 'sum', 'mean', 'min', 'max', 'stddev', 'first', 'last', 'rate', 'increase']

/** The quantile that an aggregate asks for, from 0 to 1; undefined where it asks for something else. */
export function quantileOf(aggregate: Aggregate): number | undefined {
  return typeof aggregate === 'string' ? named[aggregate] : aggregate.quantile
}

/** @throws AnalyticsError `METRIC_QUERY_INVALID` */
export function checkAggregate(aggregate: Aggregate): void {
  const q = quantileOf(aggregate)
  if (q === undefined ? others.includes(aggregate as string) : q >= 0 && q <= 1) return
  throw new AnalyticsError(
    'METRIC_QUERY_INVALID',
    `There is no aggregate ${JSON.stringify(aggregate)}.`,
    `Use one of ${[...others, ...Object.keys(named)].join(', ')}, or { quantile: 0 to 1 }.`,
  )
}

/** Growth of a counter over its samples in the order of time; a fall counts as a restart from 0. */
export function counterIncrease(values: Iterable<number>): number {
  let grown = 0
  let previous: number | undefined
  for (const value of values) {
    if (previous !== undefined) grown += value >= previous ? value - previous : value
    previous = value
  }
  return grown
}

/**
 * An aggregate of values in any order (which is not kept); undefined where there are none.
 * `first`, `last`, `rate` and `increase` need times and are answered elsewhere.
 */
export function aggregateValues(aggregate: Aggregate, values: Float64Array): number | undefined {
  if (aggregate === 'count') return values.length
  if (aggregate === 'sum' && values.length === 0) return 0
  if (values.length === 0) return undefined
  const q = quantileOf(aggregate)
  if (q !== undefined) return quantilesInPlace(values, [q])[0]
  if (aggregate === 'stddev') return Math.sqrt(moments(values).m2 / values.length)
  const found = totals(values)
  if (aggregate === 'sum') return found.sum
  if (aggregate === 'mean') return found.mean
  if (aggregate === 'min') return found.min
  if (aggregate === 'max') return found.max
  return undefined
}
