/**
 * Puts the `k`-th smallest value (from 0) of `values[low..high]` in its place, smaller ones before it, larger ones behind.
 * Floyd and Rivest, "Expected time bounds for selection", 1975: a sample narrows the range first.
 */
function select(values: Float64Array, k: number, from: number, to: number): void {
  let low = from
  let high = to
  while (high > low) {
    if (high - low > 600) {
      const n = high - low + 1
      const i = k - low + 1
      const z = Math.log(n)
      const s = 0.5 * Math.exp((2 * z) / 3)
      const sd = 0.5 * Math.sqrt((z * s * (n - s)) / n) * (i - n / 2 < 0 ? -1 : 1)
      select(
        values,
        k,
        Math.max(low, Math.floor(k - (i * s) / n + sd)),
        Math.min(high, Math.floor(k + ((n - i) * s) / n + sd)),
      )
    }
    const pivot = values[k] as number
    let i = low
    let j = high
    swap(values, low, k)
    if ((values[high] as number) > pivot) swap(values, low, high)
    while (i < j) {
      swap(values, i, j)
      i += 1
      j -= 1
      while ((values[i] as number) < pivot) i += 1
      while ((values[j] as number) > pivot) j -= 1
    }
    if ((values[low] as number) === pivot) swap(values, low, j)
    else {
      j += 1
      swap(values, j, high)
    }
    if (j <= k) low = j + 1
    if (k <= j) high = j - 1
  }
}

function swap(values: Float64Array, a: number, b: number): void {
  const kept = values[a] as number
  values[a] = values[b] as number
  values[b] = kept
}

/**
 * Quantiles of `values`, which is reordered: linear interpolation between the two nearest ranks (type 7 of Hyndman and
 * Fan, "Sample quantiles in statistical packages", 1996; what DuckDB's `quantile_cont` and NumPy give).
 * @param quantiles Ascending, each from 0 to 1. @returns One value each; NaN where there are no values.
 */
export function quantilesInPlace(values: Float64Array, quantiles: readonly number[]): number[] {
  const last = values.length - 1
  let settled = 0
  return quantiles.map((q) => {
    if (last < 0) return Number.NaN
    const rank = q * last
    const below = Math.min(last, Math.floor(rank))
    if (below >= settled) select(values, below, settled, last)
    settled = Math.max(settled, below)
    const value = values[below] as number
    const share = rank - below
    if (share === 0 || below === last) return value
    let next = values[below + 1] as number
    for (let i = below + 2; i <= last; i += 1) {
      const other = values[i] as number
      if (other < next) next = other
    }
    return value + share * (next - value)
  })
}
