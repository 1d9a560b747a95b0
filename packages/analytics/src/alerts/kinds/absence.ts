import type { AbsenceRule } from '../types.ts'
import { checkLevels, judge, metricText, type RuleKind } from './kind.ts'

export const absence: RuleKind<AbsenceRule> = {
  check: (rule) => checkLevels(rule, 1, [1, Number.POSITIVE_INFINITY]),
  verdict(rule, { now, id, labels, group, addedAt, seen }) {
    let lastAt = Number.NEGATIVE_INFINITY
    for (const series of group) if (series.lastAt > lastAt) lastAt = series.lastAt
    return judge(1, rule.levels, Math.max(0, now - seen.since(id, labels, lastAt, addedAt)))
  },
  summary: (rule) => `${metricText(rule)} has stopped coming in`,
}
