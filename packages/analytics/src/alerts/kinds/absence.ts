import type { AbsenceRule } from '../types.ts'
import { checkLevels, judge, metricText, type RuleKind } from './kind.ts'

export const absence: RuleKind<AbsenceRule> = {
  check: (rule) => checkLevels(rule, 1, [1, Number.POSITIVE_INFINITY]),
  verdict(rule, { now, group, addedAt }) {
    let last = addedAt
    for (const { lastAt } of group) if (lastAt > last) last = lastAt
    return judge(1, rule.levels, Math.max(0, now - last))
  },
  summary: (rule) => `${metricText(rule)} has stopped coming in`,
}
