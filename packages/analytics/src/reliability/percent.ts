import { checkNumber } from '../query/check.ts'

/**
 * A share as people read it, rounded towards the bad news: never `100 %` for less than all, never `0 %` for more than
 * nothing, never outside of 0 to 100.
 * @param share From 0 to 1. @param digits Behind the point, 0 to 6; default 2. @throws AnalyticsError `METRIC_QUERY_INVALID`
 */
export function formatPercent(share: number, digits = 2): string {
  checkNumber('digits', digits, { least: 0, most: 6, whole: true })
  if (Number.isNaN(share)) return '- %'
  const clamped = Math.min(1, Math.max(0, share))
  const scale = 10 ** digits
  // A share such as 0.29 is 28.999999999999996 %: what is within a few units of the last place is no loss.
  const floored = Math.floor(clamped * 100 * scale * (1 + 4 * Number.EPSILON)) / scale
  const highest = 100 - 1 / scale
  const shown = clamped === 1 ? 100 : Math.min(highest, floored)
  if (shown === 0 && clamped > 0) return `< ${(1 / scale).toFixed(digits)} %`
  return `${shown.toFixed(digits)} %`
}
