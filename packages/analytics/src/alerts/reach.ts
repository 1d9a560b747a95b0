import { selectorName } from '../series/labels.ts'
import { defaultWindowMs } from './kinds/kind.ts'
import { defaultLongMs } from './kinds/success.ts'
import type { AlertRule } from './types.ts'

/** How far back rules look. */
export interface Reach {
  /** Metrics of which counts and sums suffice, and the longest window over them, ms. */
  readonly totals: { readonly names: readonly string[]; readonly windowMs: number }
  /** The longest window that needs the samples themselves, ms. */
  readonly samplesMs: number
}

const summed: readonly unknown[] = ['count', 'sum', 'mean', 'rate', 'increase']

/** @param heldMs Samples as old as this are there in any case: they answer what is not about successes. */
export function reachOf(rules: readonly AlertRule[], heldMs: number): Reach {
  const names = new Set<string>()
  let [windowMs, samplesMs] = [0, 0]
  for (const rule of rules) {
    if (rule.kind === 'absence') continue
    const outcomes = rule.kind === 'success-rate' || rule.kind === 'burn-rate'
    const length = rule.windowMs ?? (rule.kind === 'burn-rate' ? defaultLongMs : defaultWindowMs)
    const back = rule.kind === 'rate-of-change' ? 2 * length : length
    if (!outcomes && back <= heldMs) continue
    if (outcomes || (rule.kind !== 'anomaly' && summed.includes(rule.aggregate ?? 'mean'))) {
      names.add(selectorName(rule.metric))
      windowMs = Math.max(windowMs, back)
    } else samplesMs = Math.max(samplesMs, back)
  }
  return { totals: { names: [...names], windowMs }, samplesMs }
}
