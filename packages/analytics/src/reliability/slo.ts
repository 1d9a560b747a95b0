import { AnalyticsError } from '../errors.ts'

/** What was promised over a window, and what is left of it. */
export interface ErrorBudget {
  /** Share of successes that was promised. */
  readonly objective: number
  readonly total: number
  readonly failures: number
  /** Failures that the objective allows for this many samples. */
  readonly allowed: number
  /** Share of the budget that is left: 1 untouched, 0 spent, below 0 overspent. */
  readonly remaining: number
  /** How many times faster than allowed it is spent. */
  readonly burnRate: number
}

/**
 * Share of failures, in units of the share that the objective allows. 1 spends the budget exactly.
 * @param successRate From 0 to 1. @param objective Above 0 and below 1.
 * @throws AnalyticsError `SLO_INVALID`
 */
export function burnRate(successRate: number, objective: number): number {
  if (!(objective > 0 && objective < 1) || !(successRate >= 0 && successRate <= 1)) {
    throw refused(`burn rate for an objective of ${objective} at a success rate of ${successRate}`)
  }
  return (1 - successRate) / (1 - objective)
}

/**
 * @param objective Above 0 and below 1.
 * @throws AnalyticsError `SLO_INVALID`
 */
export function errorBudget(objective: number, successes: number, total: number): ErrorBudget {
  if (!(objective > 0 && objective < 1) || !(total >= 0) || !(successes >= 0 && successes <= total)) {
    throw refused(`error budget for an objective of ${objective} with ${successes} successes of ${total}`)
  }
  const failures = total - successes
  const allowed = total * (1 - objective)
  return {
    objective,
    total,
    failures,
    allowed,
    remaining: total === 0 ? 1 : 1 - failures / allowed,
    burnRate: total === 0 ? 0 : failures / allowed,
  }
}

function refused(what: string): AnalyticsError {
  return new AnalyticsError(
    'SLO_INVALID',
    `There is no ${what}.`,
    'Give an objective above 0 and below 1, and no more successes than samples.',
  )
}
