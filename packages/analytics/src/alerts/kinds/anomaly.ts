import { createDetector } from '../../anomaly/detectors.ts'
import type { Series } from '../../series/series.ts'
import type { AnomalyRule } from '../types.ts'
import { checkLevels, defaultWindowMs, judge, metricText, noVerdict, type RuleKind, type Watched } from './kind.ts'
import { WindowPeak } from './scores.ts'

/** Lets the detector read what was recorded since the last evaluation; each sample once, in the order of arrival. */
function readOn(watched: Watched, { ring }: Series): void {
  for (let i = Math.max(watched.read, ring.first); i < ring.written; i += 1) {
    const at = ring.timeAt(i)
    // After a restart memory is filled from the store with samples that the detector has read before.
    if (at <= watched.readUntil) continue
    const { score, expected } = watched.detector.update(ring.valueAt(i), at)
    if (Number.isNaN(expected)) watched.judgedFrom = i + 1
    else watched.peak.push(at, score)
  }
  watched.read = ring.written
}

/** Samples later than `since` on which there was a verdict: a score of 0 is one, the warm-up is none. */
function judged(watched: Watched, { ring }: Series, since: number): number {
  let count = 0
  const from = Math.max(ring.lowerBound(since), watched.judgedFrom)
  if (ring.ordered) return Math.max(0, ring.written - from)
  for (let i = from; i < ring.written; i += 1) if (ring.timeAt(i) > since) count += 1
  return count
}

export const anomaly: RuleKind<AnomalyRule> = {
  check(rule) {
    checkLevels(rule, 1, [Number.MIN_VALUE, Number.POSITIVE_INFINITY])
    createDetector(rule.detector)
  },
  verdict(rule, { now, group, watched }) {
    const windowMs = rule.windowMs ?? defaultWindowMs
    const since = now - windowMs
    let worst = 0
    let samples = 0
    for (const series of group) {
      let state = watched.get(series.key)
      if (state === undefined || state.read > series.ring.written) {
        state = {
          detector: createDetector(rule.detector),
          read: 0,
          readUntil: Number.NEGATIVE_INFINITY,
          judgedFrom: 0,
          peak: new WindowPeak(windowMs),
        }
        watched.set(series.key, state)
      }
      readOn(state, series)
      samples += judged(state, series, since)
      worst = Math.max(worst, state.peak.highest(since))
    }
    return samples < (rule.minSamples ?? 1) ? noVerdict : judge(1, rule.levels, worst)
  },
  summary: (rule) => `${metricText(rule)} is not as usual`,
}
