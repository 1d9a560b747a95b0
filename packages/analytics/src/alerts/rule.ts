import { canonicalLabels, checkName, selectorLabels, selectorName } from '../series/labels.ts'
import { kindOf } from './kinds/index.ts'
import { refuse } from './kinds/kind.ts'
import type { AlertRule, AlertRuleBase } from './types.ts'

/** @throws AnalyticsError `ALERT_RULE_INVALID`, `METRIC_NAME_INVALID`, `METRIC_LABELS_INVALID`, `METRIC_QUERY_INVALID` */
export function checkRule(rule: AlertRule): void {
  if (typeof rule.id !== 'string' || rule.id === '' || rule.id.length > 200) {
    refuse(rule, 'has no acceptable id', 'Give it an id of 1 to 200 characters.')
  }
  checkName(selectorName(rule.metric))
  canonicalLabels(selectorLabels(rule.metric))
  canonicalLabels(rule.labels)
  const { windowMs = 1, forMs = 0, keepFiringForMs = 0, minSamples = 1 }: Partial<AlertRuleBase> = rule
  if (![windowMs, forMs + 1, keepFiringForMs + 1, minSamples].every((value) => Number.isFinite(value) && value > 0)) {
    refuse(rule, 'has a duration or a number of samples that is out of range', 'Give milliseconds of 0 or more.')
  }
  const kind = kindOf(rule)
  if (kind === undefined) refuse(rule, `is of no known kind (${String(rule.kind)})`, 'Use upper, lower, range, …')
  kind.check(rule)
}
