import { AnalyticsError } from '../errors.ts'

/** Refuses a number that a question cannot be answered for. @throws AnalyticsError `METRIC_QUERY_INVALID` */
export function checkNumber(
  what: string,
  value: number,
  { least, most = Number.MAX_VALUE, whole = false }: { least: number; most?: number; whole?: boolean },
): void {
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return
  const range = most === Number.MAX_VALUE ? `of at least ${least}` : `from ${least} to ${most}`
  throw new AnalyticsError(
    'METRIC_QUERY_INVALID',
    `${what} is ${value}.`,
    `Give a ${whole ? 'whole ' : ''}number ${range}.`,
  )
}

/** A window ends now and is longer than nothing. @throws AnalyticsError `METRIC_QUERY_INVALID` */
export function checkWindow(windowMs: number): void {
  checkNumber('windowMs', windowMs, { least: Number.MIN_VALUE })
}
