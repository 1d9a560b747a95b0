import { createDetector } from '../../anomaly/detectors.ts'
import type { Series } from '../../series/series.ts'
import type { AnomalyRule } from '../types.ts'
import { checkLevels, defaultWindowMs, judge, metricText, noVerdict, type RuleKind, type Watched } from './kind.ts'

/** Lets the detector read what was recorded since the last evaluation; each sample once, in the order of arrival. */
function readOn(watched: Watched, { ring }: Series, since: number): void {
  for (let i = Math.max(watched.read, ring.first); i < ring.written; i += 1) {
    const at = ring.timeAt(i)
    const { score } = watched.detector.update(ring.valueAt(i), at)
    if (score > 0 && at > since) watched.scores.push({ at, score })
  }
  watched.read = ring.written
  watched.scores = watched.scores.filter(({ at }) => at > since)
}

export const anomaly: RuleKind<AnomalyRule> = {
  check(rule) {
    checkLevels(rule, 1, [Number.MIN_VALUE, Number.POSITIVE_INFINITY])
    createDetector(rule.detector)
  },
  verdict(rule, { now, group, watched }) {
    const since = now - (rule.windowMs ?? defaultWindowMs)
    let worst = 0
    let samples = 0
    for (const series of group) {
      let state = watched.get(series.key)
      if (state === undefined || state.read > series.ring.written) {
        state = { detector: createDetector(rule.detector), read: 0, scores: [] }
        watched.set(series.key, state)
      }
      readOn(state, series, since)
      samples += state.scores.length
      for (const { score } of state.scores) if (score > worst) worst = score
    }
    return samples < (rule.minSamples ?? 1) ? noVerdict : judge(1, rule.levels, worst)
  },
  summary: (rule) => `${metricText(rule)} is not as usual`,
}
