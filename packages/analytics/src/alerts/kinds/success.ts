import { windowSuccess } from '../../query/window.ts'
import { burnRate } from '../../reliability/slo.ts'
import type { BurnRateRule, SuccessRateRule } from '../types.ts'
import { checkLevels, defaultWindowMs, judge, levelsOf, metricText, noVerdict, type RuleKind, refuse } from './kind.ts'

export const successRate: RuleKind<SuccessRateRule> = {
  check(rule) {
    checkLevels(rule, -1, [0, 1])
    const mildest = levelsOf(rule.levels)[0]?.[1] ?? Number.NaN
    if (rule.recovery !== undefined && !(rule.recovery >= mildest && rule.recovery <= 1)) {
      refuse(rule, 'recovers on the bad side of its own level', 'Put the recovery between the mildest level and 1.')
    }
  },
  verdict(rule, { now, group }) {
    const { value, samples } = windowSuccess(group, now - (rule.windowMs ?? defaultWindowMs), now)
    if (value === undefined || samples < (rule.minSamples ?? 1)) return noVerdict
    return judge(-1, rule.levels, value, rule.recovery)
  },
  summary: (rule) => `${metricText(rule)} succeeds too rarely`,
}

export const defaultLongMs = 3_600_000

export const burning: RuleKind<BurnRateRule> = {
  check(rule) {
    checkLevels(rule, 1, [Number.MIN_VALUE, Number.POSITIVE_INFINITY])
    if (!(rule.objective > 0 && rule.objective < 1)) {
      refuse(rule, `has the objective ${rule.objective}`, 'Give a share above 0 and below 1, such as 0.99.')
    }
    const { windowMs = defaultLongMs, shortWindowMs = windowMs / 12 } = rule
    if (!(shortWindowMs > 0 && shortWindowMs <= windowMs)) {
      refuse(rule, 'has a short window that is longer than its long one', 'Give shortWindowMs of at most windowMs.')
    }
  },
  verdict(rule, { now, group }) {
    const { windowMs = defaultLongMs, shortWindowMs = windowMs / 12 } = rule
    const long = windowSuccess(group, now - windowMs, now)
    if (long.value === undefined || long.samples < (rule.minSamples ?? 1)) return noVerdict
    const short = windowSuccess(group, now - shortWindowMs, now)
    // Nothing tried lately burns nothing.
    const speed = short.value === undefined ? 0 : burnRate(short.value, rule.objective)
    return judge(1, rule.levels, Math.min(burnRate(long.value, rule.objective), speed))
  },
  summary: (rule) => `${metricText(rule)} spends its error budget too fast`,
}
