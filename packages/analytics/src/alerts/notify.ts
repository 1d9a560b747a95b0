import { type Labels, labelsOf } from '../series/labels.ts'
import { isSilenced, type Silence } from './silence.ts'
import { type Alert, type AlertSeverity, severities } from './types.ts'

/** One message for all alerts of a group that have something to say. */
export interface AlertNotification {
  /** The same at each attempt and each sink: a receiver that gets it twice knows it by this. */
  readonly id: string
  /** Labels that the alerts of this message share; the rule's id where nothing else groups. */
  readonly group: Labels
  /** `firing` while one of the alerts fires. */
  readonly status: 'firing' | 'resolved'
  readonly alerts: readonly Alert[]
  /** Epoch ms. */
  readonly at: number
}

export interface NotifyOptions {
  /** Alerts with the same values of these labels share a message; default: alerts of the same rule do. */
  readonly groupBy?: readonly string[]
  /** How long a group waits for more of its alerts before a first message, ms; default 0. */
  readonly groupWaitMs?: number
  /** After this long a firing alert is told again, unless it was acknowledged, ms; default 14,400,000 (4 h). */
  readonly repeatMs?: number
}

/** What was last told of an alert. */
export interface Told {
  readonly alert: Alert
  readonly at: number
  /** Of all that was told since it fired; none: what `alert` says. */
  readonly gravest?: AlertSeverity
}

/** A message to be, and how grave each of its alerts was at its worst, as far as it was told. */
export interface DueNotification extends Omit<AlertNotification, 'id'> {
  readonly gravest: ReadonlyMap<string, AlertSeverity>
}

/** What is remembered between two looks; survives JSON. */
export interface NotifyMemory {
  /** By alert id; an alert that is not in here has not been told of since it last ended. */
  readonly told: ReadonlyMap<string, Told>
  /** Since when a group has had something new to say, epoch ms. */
  readonly waiting: ReadonlyMap<string, number>
}

export const nothingTold: NotifyMemory = { told: new Map(), waiting: new Map() }

const gravity = (severity: AlertSeverity): number => severities.indexOf(severity)

/**
 * Decides what is to be told now. An alert is told once when it fires, again when it gets graver or after `repeatMs`, and
 * once when it has ended, if it was told at all: so a silence holds a firing alert back until the silence ends, but
 * never swallows the end of an alert that somebody was told of.
 */
export function notifications(
  memory: NotifyMemory,
  alerts: readonly Alert[],
  silences: readonly Silence[],
  now: number,
  options: NotifyOptions = {},
): { readonly memory: NotifyMemory; readonly due: readonly DueNotification[] } {
  const { groupWaitMs = 0, repeatMs = 14_400_000, groupBy } = options
  const told = new Map(memory.told)
  const waiting = new Map<string, number>()
  const groups = new Map<string, { group: Labels; alerts: Alert[] }>()
  const say = (alert: Alert): void => {
    const group = groupOf(alert, groupBy)
    const key = JSON.stringify(group)
    const known = groups.get(key)
    if (known === undefined) groups.set(key, { group, alerts: [alert] })
    else known.alerts.push(alert)
  }
  const firing = new Map(alerts.filter(({ state }) => state === 'firing').map((alert) => [alert.id, alert]))
  const resolved = new Map(alerts.filter(({ state }) => state === 'resolved').map((alert) => [alert.id, alert]))
  for (const alert of firing.values()) {
    const known = told.get(alert.id)
    // Told in a time to come: the clock was set back since, and nobody shall wait for that time again.
    const before = known === undefined || known.at <= now ? known : { ...known, at: now }
    if (before !== undefined) told.set(alert.id, before)
    const repeated = before !== undefined && now - before.at >= repeatMs && alert.acknowledged === undefined
    const graver = before !== undefined && gravity(alert.severity) > gravity(before.alert.severity)
    if ((before === undefined || repeated || graver) && !isSilenced(alert, silences, now)) say(alert)
  }
  for (const [id, { alert }] of told) {
    // One that is gone altogether belonged to a rule that was removed: it has ended as well.
    if (!firing.has(id)) say(resolved.get(id) ?? { ...alert, state: 'resolved', resolvedAt: now })
  }
  const due: DueNotification[] = []
  for (const [key, { group, alerts: list }] of groups) {
    const since = Math.min(memory.waiting.get(key) ?? now, now)
    if (now - since < groupWaitMs) {
      waiting.set(key, since)
      continue
    }
    const status = list.some(({ state }) => state === 'firing') ? 'firing' : 'resolved'
    const gravest = new Map(list.map((alert) => [alert.id, worst(alert, told.get(alert.id))]))
    due.push({ group, status, alerts: list, at: now, gravest })
    for (const alert of list) {
      if (alert.state === 'firing') told.set(alert.id, { alert, at: now, gravest: worst(alert, told.get(alert.id)) })
      else told.delete(alert.id)
    }
  }
  return { memory: { told, waiting }, due }
}

/** What of a message goes to a sink: alerts that are grave enough, and the end of each whose beginning was. */
export function forSink(
  notification: AlertNotification,
  least: AlertSeverity | undefined,
  gravest: DueNotification['gravest'],
): AlertNotification | undefined {
  if (least === undefined) return notification
  const alerts = notification.alerts.filter(({ id, state, severity }) =>
    isGrave(state === 'firing' ? severity : (gravest.get(id) ?? severity), least),
  )
  if (alerts.length === 0) return undefined
  return { ...notification, alerts, status: alerts.some(({ state }) => state === 'firing') ? 'firing' : 'resolved' }
}

/** Whether a severity is at least another one. */
export function isGrave(severity: AlertSeverity, least: AlertSeverity = 'info'): boolean {
  return gravity(severity) >= gravity(least)
}

/** An alert that is over says how grave it was last: that counts for nothing here. */
function worst({ state, severity }: Alert, before: Told | undefined): AlertSeverity {
  if (before === undefined) return severity
  const told = before.gravest ?? before.alert.severity
  return state === 'firing' && isGrave(severity, told) ? severity : told
}

function groupOf(alert: Alert, by: readonly string[] | undefined): Labels {
  if (by === undefined) return { rule: alert.ruleId }
  return labelsOf(alert.labels, by)
}
