import { AnalyticsError } from '../errors.ts'
import { checkAggregate } from '../query/aggregate.ts'
import { windowAggregate } from '../query/window.ts'
import { canonicalLabels, checkName, selectorName } from '../series/labels.ts'
import type { Series } from '../series/series.ts'
import type { Verdict } from './machine.ts'
import { type AlertRule, type AlertSeverity, type SeverityLevels, severities, type ThresholdRule } from './types.ts'

export const defaultWindowMs = 300_000

function refuse(rule: AlertRule, what: string, hint: string): never {
  throw new AnalyticsError('ALERT_RULE_INVALID', `The alert rule ${JSON.stringify(rule.id)} ${what}.`, hint)
}

/** @throws AnalyticsError `ALERT_RULE_INVALID`, `METRIC_NAME_INVALID`, `METRIC_LABELS_INVALID`, `METRIC_QUERY_INVALID` */
export function checkRule(rule: AlertRule): void {
  if (typeof rule.id !== 'string' || rule.id === '' || rule.id.length > 200) {
    refuse(rule, 'has no acceptable id', 'Give it an id of 1 to 200 characters.')
  }
  checkName(selectorName(rule.metric))
  canonicalLabels(rule.labels)
  const durations = [rule.windowMs ?? 1, (rule.forMs ?? 0) + 1, (rule.keepFiringForMs ?? 0) + 1, rule.minSamples ?? 1]
  if (!durations.every((value) => Number.isFinite(value) && value > 0)) {
    refuse(rule, 'has a duration or a number of samples that is out of range', 'Give milliseconds of 0 or more.')
  }
  checkThreshold(rule)
}

function checkThreshold(rule: ThresholdRule): void {
  if (rule.aggregate !== undefined) checkAggregate(rule.aggregate)
  const levels = levelsOf(rule.levels)
  if (levels.length === 0 || !levels.every(([, level]) => Number.isFinite(level))) {
    refuse(rule, 'has no level that is a number', 'Give levels such as { warning: 2000, critical: 5000 }.')
  }
  const sign = rule.kind === 'upper' ? 1 : -1
  for (let i = 1; i < levels.length; i += 1) {
    const [[, milder], [severity, graver]] = [levels[i - 1] as Level, levels[i] as Level]
    if (sign * graver < sign * milder) {
      refuse(rule, `has a ${severity} level that is reached before a milder one`, 'Order the levels by severity.')
    }
  }
  const mildest = (levels[0] as Level)[1]
  if (rule.recovery !== undefined && !(sign * rule.recovery <= sign * mildest)) {
    refuse(rule, 'recovers on the bad side of its own level', 'Put the recovery on the good side of all levels.')
  }
}

type Level = readonly [AlertSeverity, number]

/** From mild to grave. */
function levelsOf(levels: SeverityLevels): Level[] {
  return severities.flatMap((severity) => {
    const level = levels[severity]
    return level === undefined ? [] : [[severity, level] as const]
  })
}

/** The verdict on a value: which levels it is beyond, or whether it has recovered. */
export function judge(
  kind: 'upper' | 'lower',
  levels: SeverityLevels,
  recovery: number | undefined,
  value: number,
): Verdict {
  const sign = kind === 'upper' ? 1 : -1
  const breached = new Map(levelsOf(levels).filter(([, level]) => sign * value > sign * level))
  if (breached.size > 0) return { type: 'breach', value, breached }
  return recovery === undefined || sign * value <= sign * recovery
    ? { type: 'clear', value }
    : { type: 'between', value }
}

/** The verdict of a rule on one group of series at `now`. */
export function verdictOf(rule: AlertRule, group: readonly Series[], now: number): Verdict {
  const found = windowAggregate(group, now - (rule.windowMs ?? defaultWindowMs), now, rule.aggregate ?? 'mean')
  if (found.value === undefined || found.samples < (rule.minSamples ?? 1)) return { type: 'none' }
  return judge(rule.kind, rule.levels, rule.recovery, found.value)
}

/** What people read where the rule has no summary of its own. */
export function summaryOf(rule: AlertRule): string {
  if (rule.summary !== undefined) return rule.summary
  const aggregate = rule.aggregate ?? 'mean'
  const what = typeof aggregate === 'string' ? aggregate : `p${aggregate.quantile * 100}`
  return `${what} of ${selectorName(rule.metric)} is ${rule.kind === 'upper' ? 'above' : 'below'} its level`
}
