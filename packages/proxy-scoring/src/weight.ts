import { type Entry, LEAST_WEIGHT } from './entry.ts'
import type { ResolvedOptions } from './options.ts'
import { type FleetMean, scoreOf, wilsonLower } from './score.ts'
import { decay } from './time.ts'

/** Where the slow start begins: enough to learn from, too little to hurt. */
const RAMP_START = 0.1
/** Failures in a row beyond which trust sinks no further; the circuit has long decided then. */
const MOST_DISTRUST = 8

/**
 * Brings an entry's cached score and weight up to date. The weight of a draw is
 *
 *     (d/100 × trust / (inflight + 1)^crowding)^sharpness × ramp
 *
 * and 0 while the circuit is not closed or the entry is at its cap. By default `sharpness` is 24 and `crowding` ¼.
 * - d is the score with its reliability shrunk to the fleet's: `(n·wilson + k·mean)/(n + k)` over n uses. Wilson's bound alone is 0 for a
 *   newcomer, and to the 24th power a newcomer would never be drawn.
 * - trust is `1.1^(e^(-t/windowMs))`, t the time since the last success, or `1.1^-f` after f failures since then. It says whether a proxy is up at
 *   all, which half-lives of minutes can't: in an outage of most of the fleet the few that just worked are drawn, the others tried with care.
 *   The failures fade with `reliabilityHalfLifeMs` since the last one: too few to open the circuit must not shut a proxy out for days.
 * - ramp grows from 0.1 to 1 over `slowStartMs` since the proxy was added or came back.
 */
export function refresh(entry: Entry, mean: FleetMean, now: number, options: ResolvedOptions): void {
  entry.evidence.age(now, options)
  const score = scoreOf(entry.evidence, mean, options)
  const chance = ((drawScore(score, entry, mean, options) / 100) * trust(entry, now, options)) ** options.sharpness
  entry.evidence.conclude(score, Math.max(LEAST_WEIGHT, chance) * ramp(entry, now, options.slowStartMs))
  gate(entry, now, options.maxInflight)
}

/** Applies cap and circuit to a weight that is up to date. */
export function gate(entry: Entry, now: number, maxInflight: number): void {
  const hasRoom = entry.inflight < maxInflight
  entry.free = hasRoom && entry.circuit.state === 'closed'
  entry.awaitsProbe = hasRoom && entry.circuit.state === 'half-open' && !entry.circuit.probing(now)
}

/** The score that a draw goes by. */
function drawScore(score: number, { evidence }: Entry, mean: FleetMean, options: ResolvedOptions): number {
  const { weights, priorSamples: k } = options
  if (k === 0) return score
  const missing = k / (k + evidence.longSamples)
  const part = weights.reliability / (weights.success + weights.speed + weights.reliability)
  const own = wilsonLower(evidence.longSuccesses, evidence.longSamples)
  return Math.max(0, score + 100 * part * missing * (mean.reliability - own))
}

function trust(entry: Entry, now: number, options: ResolvedOptions): number {
  const failures = Math.min(entry.circuit.failuresInRow, MOST_DISTRUST)
  if (failures > 0)
    return options.trust ** (-failures * decay(now - entry.evidence.lastFailureAt, options.reliabilityHalfLifeMs))
  return options.trust ** Math.exp((entry.evidence.lastSuccessAt - now) / options.circuit.windowMs)
}

function ramp(entry: Entry, now: number, slowStartMs: number): number {
  if (!entry.ramping) return 1
  const since = now - Math.max(entry.addedAt, entry.circuit.closedAt)
  if (since < slowStartMs) return RAMP_START + (1 - RAMP_START) * (since / slowStartMs)
  entry.ramping = false
  return 1
}
