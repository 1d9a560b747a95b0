import { AnalyticsError } from '../../errors.ts'
import { type Labels, selectorName } from '../../series/labels.ts'
import type { Series } from '../../series/series.ts'
import type { LastSeen } from '../last-seen.ts'
import type { Verdict } from '../machine.ts'
import { type AlertRule, type AlertSeverity, severities } from '../types.ts'
import type { Watched } from './watched.ts'

/** What a rule looks at when it is evaluated. */
export interface Scene {
  readonly now: number
  /** Of the alert. */
  readonly id: string
  /** Of the group. */
  readonly labels: Labels
  /** The series of one alert. */
  readonly group: readonly Series[]
  /** When the rule was added, epoch ms: nothing can have been missed before. */
  readonly addedAt: number
  /** What the rule's detectors have seen so far, by series. */
  readonly watched: Map<string, Watched>
  /** Since when the rule's groups are silent. */
  readonly seen: LastSeen
}

/** One kind of rule: three functions. */
export interface RuleKind<Rule extends AlertRule> {
  /** @throws AnalyticsError `ALERT_RULE_INVALID` */
  check(rule: Rule): void
  verdict(rule: Rule, scene: Scene): Verdict
  /** What people read where the rule has no summary of its own. */
  summary(rule: Rule): string
}

export const defaultWindowMs = 300_000

export function refuse(rule: { readonly id: string }, what: string, hint: string): never {
  throw new AnalyticsError('ALERT_RULE_INVALID', `The alert rule ${JSON.stringify(rule.id)} ${what}.`, hint)
}

export type Level<Value> = readonly [AlertSeverity, Value]

/** Levels from mild to grave. */
export function levelsOf<Value>(levels: Readonly<Partial<Record<AlertSeverity, Value>>> | undefined): Level<Value>[] {
  return severities.flatMap((severity) => {
    const level = levels?.[severity]
    return level === undefined ? [] : [[severity, level] as const]
  })
}

/**
 * Levels have to be numbers, and a graver one may not be reached before a milder one.
 * @param sign 1 where greater is worse, -1 where smaller is.
 */
export function checkLevels(
  rule: { readonly id: string; readonly levels: Readonly<Partial<Record<AlertSeverity, number>>> },
  sign: 1 | -1,
  range: readonly [least: number, most: number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): void {
  const levels = levelsOf(rule.levels)
  if (levels.length === 0 || !levels.every(([, at]) => Number.isFinite(at) && at >= range[0] && at <= range[1])) {
    refuse(rule, 'has no level that is a number in its range', 'Give levels such as { warning: 2000, critical: 5000 }.')
  }
  for (const [i, [severity, level]] of levels.entries()) {
    const milder = levels[i - 1]
    if (milder !== undefined && sign * level < sign * milder[1]) {
      refuse(rule, `has a ${severity} level that is reached before a milder one`, 'Order the levels by severity.')
    }
  }
}

/** The verdict on a value: which levels it is beyond, or whether it has recovered. */
export function judge(
  sign: 1 | -1,
  levels: Readonly<Partial<Record<AlertSeverity, number>>>,
  value: number,
  recovery?: number,
): Verdict {
  const breached = new Map<AlertSeverity, number>()
  for (const severity of severities) {
    const level = levels[severity]
    if (level !== undefined && sign * value > sign * level) breached.set(severity, level)
  }
  if (breached.size > 0) return { type: 'breach', value, breached }
  return recovery === undefined || sign * value <= sign * recovery
    ? { type: 'clear', value }
    : { type: 'between', value }
}

export const noVerdict: Verdict = { type: 'none' }

/** The metric as people write it: `name{label="value"}`. */
export function metricText(rule: AlertRule): string {
  const labels: Labels = typeof rule.metric === 'string' ? {} : (rule.metric.labels ?? {})
  const text = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return selectorName(rule.metric) + (text.length > 0 ? `{${text.join(',')}}` : '')
}
