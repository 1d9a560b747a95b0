import type { AlertNotification } from '../notify.ts'
import type { Alert } from '../types.ts'

/** `2 alerts firing: signup-slow`. */
export function titleOf({ status, alerts }: AlertNotification): string {
  const rules = [...new Set(alerts.map((alert) => alert.ruleId))].join(', ')
  return `${alerts.length === 1 ? 'Alert' : `${alerts.length} alerts`} ${status}: ${rules}`
}

/** One line for an alert: what, how bad, where, the number and its level. */
export function lineOf(alert: Alert): string {
  const labels = Object.entries(alert.labels).map(([name, value]) => `${name}=${value}`)
  const where = labels.length === 0 ? '' : ` (${labels.join(', ')})`
  if (alert.state === 'resolved') return `resolved: ${alert.summary}${where}`
  return `${alert.severity}: ${alert.summary}${where}; ${short(alert.value)}, level ${short(alert.threshold)}`
}

const short = (value: number): string => String(Number(value.toPrecision(6)))

export const textOf = (notification: AlertNotification): string => notification.alerts.map(lineOf).join('\n')
