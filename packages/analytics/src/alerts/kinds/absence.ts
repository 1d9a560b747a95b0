import type { AbsenceRule } from '../types.ts'
import { checkLevels, judge, metricText, type RuleKind } from './kind.ts'

export const absence: RuleKind<AbsenceRule> = {
  check: (rule) => checkLevels(rule, 1, [1, Number.POSITIVE_INFINITY]),
  verdict(rule, { now, id, labels, group, addedAt, seen }) {
    let [lastAt, count] = [Number.NEGATIVE_INFINITY, 0]
    for (const series of group) {
      lastAt = Math.max(lastAt, series.lastAt)
      count += series.ring.written - series.loaded
    }
    return judge(1, rule.levels, Math.max(0, now - seen.since(id, labels, { lastAt, count }, addedAt, now)))
  },
  summary: (rule) => `${metricText(rule)} has stopped coming in`,
}
