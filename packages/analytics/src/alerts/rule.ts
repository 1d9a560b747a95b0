import {
  canonicalLabels,
  checkLabelNames,
  checkName,
  type LabelLimits,
  selectorLabels,
  selectorName,
} from '../series/labels.ts'
import { kindOf } from './kinds/index.ts'
import { refuse } from './kinds/kind.ts'
import { type AlertRule, type AlertRuleBase, severities } from './types.ts'

/** @throws AnalyticsError `ALERT_RULE_INVALID`, `METRIC_NAME_INVALID`, `METRIC_LABELS_INVALID`, `METRIC_QUERY_INVALID` */
export function checkRule(rule: AlertRule, limits: LabelLimits): void {
  if (typeof rule.id !== 'string' || rule.id === '' || rule.id.length > 200) {
    refuse(rule, 'has no acceptable id', 'Give it an id of 1 to 200 characters.')
  }
  checkName(selectorName(rule.metric), limits)
  canonicalLabels(selectorLabels(rule.metric), limits)
  canonicalLabels(rule.labels, limits)
  checkLabelNames(rule.groupBy ?? [], limits)
  const { windowMs = 1, forMs = 0, keepFiringForMs = 0, minSamples = 1, noData = 'keep' }: Partial<AlertRuleBase> = rule
  const positive = [windowMs, minSamples].every((value) => Number.isFinite(value) && value > 0)
  if (!positive || ![forMs, keepFiringForMs].every((value) => Number.isFinite(value) && value >= 0)) {
    refuse(rule, 'has a duration or a number of samples that is out of range', 'Give milliseconds of 0 or more.')
  }
  if (!['keep', 'resolve'].includes(noData)) refuse(rule, `has the noData ${noData}`, 'Give keep or resolve.')
  const kind = kindOf(rule)
  if (kind === undefined) refuse(rule, `is of no known kind (${String(rule.kind)})`, 'Use upper, lower, range, …')
  const unknown = Object.keys(rule.levels ?? {}).find((level) => !(severities as readonly string[]).includes(level))
  if (unknown !== undefined) refuse(rule, `has a level ${unknown}`, `Use ${severities.join(', ')}.`)
  kind.check(rule)
}
