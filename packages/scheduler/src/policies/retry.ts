import type { RetryPolicy } from '../types.ts'

/** One second: long enough for a hiccup, short enough to wait for. */
const DEFAULT_DELAY_MS = 1000
const DEFAULT_MULTIPLIER = 2
/** One hour. */
const DEFAULT_MAX_DELAY_MS = 3_600_000

/**
 * The wait before the n-th retry (n ≥ 1), in ms: `min(delayMs × multiplier^(n−1), maxDelayMs)`; with full jitter a
 * uniform draw from 0 to that (Brooker, "Exponential Backoff and Jitter", AWS 2015).
 */
export function retryDelayMs(policy: RetryPolicy, n: number, random: () => number): number {
  const { delayMs = DEFAULT_DELAY_MS, multiplier = DEFAULT_MULTIPLIER, maxDelayMs = DEFAULT_MAX_DELAY_MS } = policy
  // A power that overflows to Infinity times a delay of 0 is NaN.
  const wait = delayMs === 0 ? 0 : Math.min(delayMs * multiplier ** (n - 1), maxDelayMs)
  return policy.jitter === 'full' ? random() * wait : wait
}
