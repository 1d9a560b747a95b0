import { AnalyticsError } from './errors.ts'

/** Magnitude of a sample at most: sums and squares of as many of them as will ever be recorded stay finite. */
const most = 1e140

/** @throws AnalyticsError `METRIC_VALUE_INVALID` */
export function checkValue(value: number): void {
  if (!(Math.abs(value) <= most)) throw badValue(value, 'A sample must be a number of at most 1e140 in magnitude')
}

export function badValue(value: number, why: string): AnalyticsError {
  return new AnalyticsError('METRIC_VALUE_INVALID', `${why}; got ${value}.`, 'Leave the sample out, or correct it.')
}
