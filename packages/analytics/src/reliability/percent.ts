/**
 * A share as people read it, rounded towards the bad news: never `100 %` for less than all, never `0 %` for more than
 * nothing, never outside of 0 to 100.
 * @param share From 0 to 1. @param digits Behind the point, 0 to 6; default 2.
 */
export function formatPercent(share: number, digits = 2): string {
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
