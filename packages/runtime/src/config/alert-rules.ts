import { type AlertRule, AnalyticsError, MetricsAggregator } from '@refbot/analytics'
import type { AlertEntry } from './alert-schema.ts'

/** The rule that an entry of `alerts` stands for. */
export function alertRule(entry: AlertEntry, index: number): AlertRule {
  const { where, metric, id = `config-${index + 1}`, ...rest } = entry
  const common = { id, metric: where === undefined ? metric : { name: metric, labels: where } }
  if (isShort(rest)) {
    const { kind: _, above, below, severity, ...shared } = rest
    const kind = above === undefined ? 'lower' : 'upper'
    return defined({ ...shared, ...common, kind, levels: { [severity]: above ?? below ?? 0 } })
  }
  return defined({ ...rest, ...common })
}

type Rest = Omit<AlertEntry, 'where' | 'metric' | 'id'>
type Short = Extract<AlertEntry, { severity: unknown }>

function isShort(entry: Rest): entry is Omit<Short, 'where' | 'metric' | 'id'> {
  return entry.kind === undefined || entry.kind === 'threshold'
}

/** The schema says what each kind has; that a key without a value is left out is what the types of a rule ask for. */
function defined(rule: object): AlertRule {
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined)) as unknown as AlertRule
}

export interface AlertProblem {
  readonly index: number
  readonly message: string
  readonly hint: string | undefined
}

/** What analytics would not take, and ids that stand there twice. */
export function checkAlerts(entries: readonly (AlertEntry | undefined)[]): AlertProblem[] {
  const scratch = new MetricsAggregator()
  const taken = new Set<string>()
  return entries.flatMap((entry, index) => {
    if (entry === undefined) return []
    const rule = alertRule(entry, index)
    if (taken.has(rule.id)) {
      return [{ index, message: `another rule has the id ${JSON.stringify(rule.id)}`, hint: 'Give each its own id.' }]
    }
    taken.add(rule.id)
    try {
      scratch.addAlertRule(rule)
      return []
    } catch (error) {
      if (!(error instanceof AnalyticsError)) throw error
      const { message, hint } = error
      return [{ index, message: message.replace(/^T/, 't').replace(/\.$/, ''), hint }]
    }
  })
}
