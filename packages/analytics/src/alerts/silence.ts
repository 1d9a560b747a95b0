import { AnalyticsError } from '../errors.ts'
import { canonicalLabels, type LabelLimits, type Labels, labelsMatch } from '../series/labels.ts'
import type { Alert } from './types.ts'

/** Holds back the messages of some alerts until its end. The alerts themselves go on; their ends are still told. */
export interface Silence {
  readonly id: string
  /** Only alerts of this rule. */
  readonly ruleId?: string
  /** Only alerts with all of these labels. */
  readonly labels?: Labels
  /** Epoch ms. */
  readonly startsAt: number
  /** Epoch ms, excluded. */
  readonly endsAt: number
  /** Who, and why: shown beside the alert. */
  readonly by?: string
  readonly comment?: string
}

/** @throws AnalyticsError `ALERT_SILENCE_INVALID`, `METRIC_LABELS_INVALID` */
export function checkSilence(silence: Silence, limits: LabelLimits): void {
  canonicalLabels(silence.labels, limits)
  const selective = silence.ruleId !== undefined || Object.keys(silence.labels ?? {}).length > 0
  const sound = silence.id !== '' && Number.isFinite(silence.startsAt) && Number.isFinite(silence.endsAt)
  if (selective && sound && silence.endsAt > silence.startsAt) return
  throw new AnalyticsError(
    'ALERT_SILENCE_INVALID',
    `The silence ${JSON.stringify(silence.id)} says nothing about what it silences, or has no end after its beginning.`,
    'Give a ruleId or labels, and an endsAt (epoch ms) after startsAt.',
  )
}

export function isSilenced(alert: Alert, silences: Iterable<Silence>, now: number): boolean {
  for (const silence of silences) if (holdsBack(silence, alert, now)) return true
  return false
}

/** Whether a silence holds back the messages of an alert now. */
export function holdsBack({ startsAt, endsAt, ruleId, labels }: Silence, alert: Alert, now: number): boolean {
  if (now < startsAt || now >= endsAt) return false
  return (ruleId === undefined || ruleId === alert.ruleId) && labelsMatch(alert.labels, labels)
}
