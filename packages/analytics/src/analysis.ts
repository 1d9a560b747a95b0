import type { AnomalyVerdict } from './anomaly/detector.ts'
import { type AnomalyOptions, createDetector } from './anomaly/detectors.ts'
import { tallyOf } from './query/past.ts'
import type { Labels } from './series/labels.ts'
import type { Series } from './series/series.ts'
import type { TrendPoint } from './trend/trend.ts'

/** A sample that a detector found unusual. */
export interface Anomaly extends AnomalyVerdict {
  readonly name: string
  readonly labels: Labels
  /** Epoch ms. */
  readonly at: number
  readonly value: number
}

/**
 * Runs a detector over each series in memory from its oldest sample on, and gives the anomalous samples later than
 * `after`, by time.
 */
export function findAnomalies(list: readonly Series[], after: number, options: AnomalyOptions): Anomaly[] {
  const found: Anomaly[] = []
  for (const { name, labels, ring } of list) {
    const detector = createDetector(options)
    const samples: { at: number; value: number }[] = []
    for (let i = ring.first; i < ring.written; i += 1) samples.push({ at: ring.timeAt(i), value: ring.valueAt(i) })
    for (const { at, value } of samples.sort((a, b) => a.at - b.at)) {
      const verdict = detector.update(value, at)
      if (verdict.score > 1 && at > after) found.push({ name, labels, at, value, ...verdict })
    }
  }
  return found.sort((a, b) => a.at - b.at)
}

/**
 * Means of `count` stretches of equal length, `after < at <= until`; stretches without samples are left out. `complete` is
 * false where samples have left memory altogether.
 */
export function stretches(
  list: readonly Series[],
  after: number,
  until: number,
  count: number,
): { readonly points: readonly TrendPoint[]; readonly complete: boolean } {
  const width = (until - after) / count
  const sums = new Float64Array(count)
  const counts = new Float64Array(count)
  const add = (slot: number, sum: number, samples: number): void => {
    sums[slot] = (sums[slot] as number) + sum
    counts[slot] = (counts[slot] as number) + samples
  }
  let complete = true
  for (const series of list) {
    const { ring, past } = series
    const held = ring.covers(after)
    // A counter's totals are no sums.
    if (!held && past !== undefined && series.kind !== 'counter') {
      complete &&= after >= past.knownSince
      for (let slot = 0; slot < count; slot += 1) {
        const end = slot === count - 1 ? until : after + (slot + 1) * width
        const found = tallyOf(series, after + slot * width, end)
        if (found !== undefined) add(slot, found.sum, found.count)
      }
      continue
    }
    complete &&= held
    for (let i = ring.lowerBound(after); i < ring.written; i += 1) {
      const at = ring.timeAt(i)
      if (at <= after || at > until) continue
      add(Math.min(count - 1, Math.ceil((at - after) / width) - 1), ring.valueAt(i), 1)
    }
  }
  const points: TrendPoint[] = []
  for (const [slot, samples] of counts.entries()) {
    if (samples > 0) points.push({ at: after + (slot + 0.5) * width, value: (sums[slot] as number) / samples })
  }
  return { points, complete }
}
