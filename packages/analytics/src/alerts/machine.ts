import { type Alert, type AlertSeverity, type AlertTransition, severities } from './types.ts'

/**
 * The life of one alert. Time and verdict come in as arguments; nothing here reads a clock or a metric.
 *
 * | state    | breach                             | between        | clear                                | none                    |
 * |----------|------------------------------------|----------------|--------------------------------------|-------------------------|
 * | inactive | pending; firing once held `forMs`  | inactive       | inactive                             | inactive                |
 * | pending  | pending; firing once held `forMs`  | inactive       | inactive                             | inactive                |
 * | firing   | firing, at the gravest held level  | firing         | firing; resolved after `keepFiring`  | firing; or as for clear |
 * | resolved | as inactive, a new episode         | resolved       | resolved                             | resolved                |
 *
 * `between` is a value that breaches no level but has not reached the recovery threshold.
 */
export type Verdict =
  /** At least one level is breached; each with its threshold. */
  | { readonly type: 'breach'; readonly value: number; readonly breached: ReadonlyMap<AlertSeverity, number> }
  | { readonly type: 'between'; readonly value: number }
  | { readonly type: 'clear'; readonly value: number }
  /** Too few samples to say. */
  | { readonly type: 'none' }

/** Durations of one rule, ms. */
export interface Timing {
  readonly forMs: number
  readonly keepFiringForMs: number
  readonly noData: 'keep' | 'resolve'
  /** A longer pause between two evaluations restarts the waiting for `forMs`: nobody saw the condition hold. */
  readonly outageToleranceMs: number
}

/** What is remembered of one alert between evaluations; survives JSON. */
export interface AlertMemory {
  readonly alert: Alert
  /** Since when each level has been breached without a break, epoch ms. */
  readonly since: Readonly<Partial<Record<AlertSeverity, number>>>
  /** Since when a firing alert's condition has been over, epoch ms. */
  readonly clearSince?: number
  readonly evaluatedAt: number
  /** What the rule looked at: an alert does not go on where another rule has taken its id. */
  readonly subject?: string
}

/** What does not change over an alert's life. */
export type AlertIdentity = Pick<Alert, 'id' | 'ruleId' | 'labels' | 'summary'>

export interface Step {
  /** Undefined: nothing to remember, the alert is inactive. */
  readonly memory: AlertMemory | undefined
  readonly transition: AlertTransition | undefined
}

/** Ends an alert whose rule is gone, or looks at something else by now. */
export function retire(before: AlertMemory, now: number): Step {
  const { alert } = before
  if (alert.state === 'resolved') return { memory: before, transition: undefined }
  if (alert.state === 'pending') {
    return { memory: undefined, transition: { alert, from: 'pending', to: 'inactive', at: now } }
  }
  const resolved: Alert = { ...alert, state: 'resolved', resolvedAt: now, updatedAt: now }
  return {
    memory: { ...before, alert: resolved, since: {}, evaluatedAt: now },
    transition: { alert: resolved, from: 'firing', to: 'resolved', at: now },
  }
}

/** One evaluation: the state before, the verdict and the time give the state after. */
export function step(
  before: AlertMemory | undefined,
  verdict: Verdict,
  now: number,
  timing: Timing,
  identity: AlertIdentity,
): Step {
  if (verdict.type === 'breach') return onBreach(before, verdict, now, timing, identity)
  if (before === undefined) return { memory: undefined, transition: undefined }
  const { alert } = before
  if (alert.state === 'resolved') return { memory: before, transition: undefined }
  if (alert.state === 'pending') {
    return { memory: undefined, transition: { alert, from: 'pending', to: 'inactive', at: now } }
  }
  const ending = verdict.type === 'clear' || (verdict.type === 'none' && timing.noData === 'resolve')
  const value = verdict.type === 'none' ? alert.value : verdict.value
  if (!ending) {
    // A pause in the data neither proves nor disproves the recovery: its timer starts anew.
    return {
      memory: { alert: { ...alert, value, updatedAt: now }, since: before.since, evaluatedAt: now },
      transition: undefined,
    }
  }
  const clearSince = Math.min(before.clearSince ?? now, now)
  if (now - clearSince < timing.keepFiringForMs) {
    return {
      memory: { alert: { ...alert, value, updatedAt: now }, since: {}, clearSince, evaluatedAt: now },
      transition: undefined,
    }
  }
  const resolved: Alert = { ...alert, state: 'resolved', value, resolvedAt: now, updatedAt: now }
  return {
    memory: { alert: resolved, since: {}, evaluatedAt: now },
    transition: { alert: resolved, from: 'firing', to: 'resolved', at: now },
  }
}

function onBreach(
  before: AlertMemory | undefined,
  verdict: Extract<Verdict, { type: 'breach' }>,
  now: number,
  timing: Timing,
  identity: AlertIdentity,
): Step {
  const running = before !== undefined && before.alert.state !== 'resolved' ? before : undefined
  const pause = running === undefined ? 0 : now - running.evaluatedAt
  const unseen = pause < 0 || pause > timing.outageToleranceMs
  const since: Partial<Record<AlertSeverity, number>> = {}
  for (const severity of verdict.breached.keys())
    since[severity] = (unseen ? undefined : running?.since[severity]) ?? now
  const held = gravest([...verdict.breached.keys()].filter((key) => now - (since[key] ?? now) >= timing.forMs))
  const wasFiring = running?.alert.state === 'firing'
  // A firing alert stays at its severity until a graver level has held, or its own is no longer breached.
  const kept = wasFiring && verdict.breached.has(running.alert.severity) ? running.alert.severity : undefined
  const severity = gravest([held, kept].filter((s) => s !== undefined)) ?? gravest(verdict.breached.keys()) ?? 'info'
  const state = held !== undefined || wasFiring ? 'firing' : 'pending'
  const firedAt = wasFiring ? running.alert.firedAt : state === 'firing' ? now : undefined
  const alert: Alert = {
    ...identity,
    severity,
    state,
    value: verdict.value,
    threshold: verdict.breached.get(severity) ?? Number.NaN,
    startedAt: running === undefined || (unseen && !wasFiring) ? now : running.alert.startedAt,
    ...(firedAt === undefined ? {} : { firedAt }),
    ...(running?.alert.acknowledged === undefined ? {} : { acknowledged: running.alert.acknowledged }),
    updatedAt: now,
  }
  const from = before === undefined ? 'inactive' : before.alert.state === 'resolved' ? 'inactive' : before.alert.state
  const memory: AlertMemory = { alert, since, evaluatedAt: now }
  if (from !== state) return { memory, transition: { alert, from, to: state, at: now } }
  if (wasFiring && running.alert.severity !== severity) {
    return { memory, transition: { alert, from, to: state, severityBefore: running.alert.severity, at: now } }
  }
  return { memory, transition: undefined }
}

function gravest(of: Iterable<AlertSeverity>): AlertSeverity | undefined {
  const found = new Set(of)
  return severities.findLast((severity) => found.has(severity))
}
