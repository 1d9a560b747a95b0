import type { Entry } from './entry.ts'
import type { ResolvedOptions } from './options.ts'
import { type FleetMean, scoreOf } from './score.ts'

/** Below it a proxy would never be drawn at all; it must not vanish, or an idle fleet of bad proxies could not be used. */
const LEAST_WEIGHT = 1e-30
/** Where the slow start begins: enough to learn from, too little to hurt. */
const RAMP_START = 0.1

/**
 * Brings an entry's cached score and weight up to date. The weight is `(score/100)^sharpness × ramp`, and 0 while the circuit is not
 * closed or the entry is at its cap.
 */
export function refresh(entry: Entry, mean: FleetMean, now: number, options: ResolvedOptions): void {
  entry.evidence.age(now, options)
  const score = scoreOf(entry.evidence, mean, options)
  const chance = (pickScore(score, entry, mean, options) / 100) ** options.sharpness
  entry.evidence.conclude(score, Math.max(LEAST_WEIGHT, chance) * ramp(entry, now, options.slowStartMs))
  gate(entry, now, options.maxInflight)
}

/** Applies cap and circuit to a weight that is up to date. */
export function gate(entry: Entry, now: number, maxInflight: number): void {
  const hasRoom = entry.inflight < maxInflight
  entry.free = hasRoom && entry.circuit.state === 'closed'
  entry.awaitsProbe = hasRoom && entry.circuit.state === 'half-open' && !entry.circuit.probing(now)
}

/**
 * The score that a draw goes by: where there is little evidence yet, reliability is filled up with that of the fleet's average member.
 * Wilson's bound alone is 0 for a newcomer, and to the 24th power a newcomer would never be tried.
 */
function pickScore(score: number, entry: Entry, mean: FleetMean, options: ResolvedOptions): number {
  const { weights, priorSamples: k } = options
  const missing = k === 0 ? 0 : k / (k + entry.evidence.longSamples)
  const part = weights.reliability / (weights.success + weights.speed + weights.reliability)
  return score + 100 * part * missing * mean.reliability
}

/** From 0.1 to 1 over `slowStartMs` since the proxy was added or came back. */
function ramp(entry: Entry, now: number, slowStartMs: number): number {
  if (!entry.ramping) return 1
  const since = now - Math.max(entry.addedAt, entry.circuit.closedAt)
  if (since < slowStartMs) return RAMP_START + (1 - RAMP_START) * (since / slowStartMs)
  entry.ramping = false
  return 1
}
