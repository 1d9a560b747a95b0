import { createDetector } from '../../anomaly/detectors.ts'
import { getOrMake } from '../../get-or-make.ts'
import type { AnomalyRule } from '../types.ts'
import { checkLevels, defaultWindowMs, judge, metricText, noVerdict, type RuleKind } from './kind.ts'
import { Watched } from './watched.ts'

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
      const state = getOrMake(watched, series.key, () => new Watched(rule))
      state.readOn(series)
      samples += state.judged(series, since)
      worst = Math.max(worst, state.peak.highest(since))
    }
    return samples < (rule.minSamples ?? 1) ? noVerdict : judge(1, rule.levels, worst)
  },
  summary: (rule) => `${metricText(rule)} is not as usual`,
}
