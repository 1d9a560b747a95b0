import type { AnomalyOptions } from '../anomaly/detectors.ts'
import type { Aggregate } from '../query/aggregate.ts'
import type { Labels, MetricSelector } from '../series/labels.ts'

/** How bad it is, from good to know to act now. */
export type AlertSeverity = 'info' | 'warning' | 'critical'

/** From mild to grave. */
export const severities: readonly AlertSeverity[] = ['info', 'warning', 'critical']

/**
 * `pending` the condition holds, but not yet for `forMs` · `firing` it has held long enough ·
 * `resolved` it fired and is over; kept for a while so that the end can be seen.
 */
export type AlertState = 'pending' | 'firing' | 'resolved'

/** A threshold for each severity that the rule knows; at least one. */
export type SeverityLevels = Readonly<Partial<Record<AlertSeverity, number>>>

export interface AlertRuleBase {
  /** Unique; part of the identity of each of its alerts. */
  readonly id: string
  readonly metric: MetricSelector
  /** The samples looked at: those of the last `windowMs`; default 300,000 (5 min). */
  readonly windowMs?: number
  /** One alert for each combination of these labels' values; default: one alert for all series together. */
  readonly groupBy?: readonly string[]
  /** How long a condition has to hold before the alert fires, ms; default 0. */
  readonly forMs?: number
  /** How long an alert goes on firing after its condition has ended, ms; default 0. It keeps a flapping value from flapping alerts. */
  readonly keepFiringForMs?: number
  /** With fewer samples in the window there is no verdict; default 1. */
  readonly minSamples?: number
  /** What a window without a verdict does to a firing alert: `keep` it (default; silence is no recovery) or `resolve` it. */
  readonly noData?: 'keep' | 'resolve'
  /** Added to the labels of each alert. */
  readonly labels?: Labels
  /** One sentence for people; default: made from the rule. */
  readonly summary?: string
}

/** Fires where the aggregate is above a level (`upper`) or below it (`lower`). */
export interface ThresholdRule extends AlertRuleBase {
  readonly kind: 'upper' | 'lower'
  /** Default `mean`. */
  readonly aggregate?: Aggregate
  readonly levels: SeverityLevels
  /** The value that ends the alert, on the good side of all levels; default: each level itself. */
  readonly recovery?: number
}

/** Lowest and highest value that are still good. */
export type Band = readonly [lower: number, upper: number]

/** Fires where the aggregate is outside of a band. */
export interface RangeRule extends AlertRuleBase {
  readonly kind: 'range'
  /** Default `mean`. */
  readonly aggregate?: Aggregate
  /** A graver band contains the milder ones. */
  readonly levels: Readonly<Partial<Record<AlertSeverity, Band>>>
  /** The band that ends the alert, inside of all others; default: each band itself. */
  readonly recovery?: Band
}

/** Fires where nothing was recorded for a while; the alert's value is how long, ms. */
export interface AbsenceRule extends Omit<AlertRuleBase, 'windowMs' | 'minSamples' | 'noData'> {
  readonly kind: 'absence'
  /** Silence in ms. A metric that was never seen is silent since the rule was added. */
  readonly levels: SeverityLevels
}

/**
 * Fires where a detector gave one of the samples of the window a score above a level (1 is anomalous). A detector for each
 * series; the default one takes up to 16 kB.
 */
export interface AnomalyRule extends AlertRuleBase {
  readonly kind: 'anomaly'
  readonly detector?: AnomalyOptions
  readonly levels: SeverityLevels
}

/** Fires where the aggregate changed by more than a level from one window to the next. */
export interface ChangeRule extends AlertRuleBase {
  readonly kind: 'rate-of-change'
  /** Default `mean`. */
  readonly aggregate?: Aggregate
  /** Which change counts; default `both`. */
  readonly direction?: 'up' | 'down' | 'both'
  /** Shares of the value before, or (`absolute`) units of the metric; above 0. */
  readonly levels: SeverityLevels
  /** Default `relative`. */
  readonly measure?: 'relative' | 'absolute'
}

/** Fires where the share of successes (see `recordOutcome`) is below a level. */
export interface SuccessRateRule extends AlertRuleBase {
  readonly kind: 'success-rate'
  /** Shares, from 0 to 1. */
  readonly levels: SeverityLevels
  readonly recovery?: number
}

/**
 * Fires where an objective's error budget burns too fast, over the long window (`windowMs`, default 1 h) and the short
 * one alike: the long one says that it matters, the short one that it goes on.
 */
export interface BurnRateRule extends AlertRuleBase {
  readonly kind: 'burn-rate'
  /** Share of successes that was promised, above 0 and below 1. */
  readonly objective: number
  /** Default: a twelfth of `windowMs`. */
  readonly shortWindowMs?: number
  /** Multiples of the speed that spends the budget exactly; 14.4 spends a 30-day budget in 2 days. */
  readonly levels: SeverityLevels
}

export type AlertRule =
  | ThresholdRule
  | RangeRule
  | AbsenceRule
  | AnomalyRule
  | ChangeRule
  | SuccessRateRule
  | BurnRateRule

/** What is wrong, since when. One alert lives from pending to resolved and never changes its `id`. */
export interface Alert {
  /** `ruleId`, or `ruleId{"label":"value"}` where the rule groups: the same in every episode. */
  readonly id: string
  readonly ruleId: string
  readonly severity: AlertSeverity
  readonly state: AlertState
  /** Labels of the group, and those of the rule. */
  readonly labels: Labels
  readonly summary: string
  /** The value of the last verdict, and the level that it was compared with. */
  readonly value: number
  readonly threshold: number
  /** When the condition began to hold, epoch ms. */
  readonly startedAt: number
  readonly firedAt?: number
  readonly resolvedAt?: number
  /** Of the last verdict, epoch ms. */
  readonly updatedAt: number
  /** Somebody has taken it on: it is not repeated any more. */
  readonly acknowledged?: Acknowledgement
}

export interface Acknowledgement {
  readonly by: string
  readonly at: number
}

/** A change of state, or of the severity of a firing alert. */
export interface AlertTransition {
  readonly alert: Alert
  /** `inactive` before the first breach; also where a pending alert ended without having fired. */
  readonly from: AlertState | 'inactive'
  readonly to: AlertState | 'inactive'
  /** The severity before, where it changed while firing. */
  readonly severityBefore?: AlertSeverity
  readonly at: number
}
