import { Circuit } from './circuit.ts'
import type { EgressProxy } from './proxy.ts'
import type { Evidence, ScoreOptions } from './score.ts'
import { decay } from './time.ts'

/** Decayed counts that are brought up to date only when they are read or added to. */
export class DecayedEvidence implements Evidence {
  successes = 0
  samples = 0
  logLatency = 0
  longSuccesses = 0
  longSamples = 0
  /** The steady time that the counts are true for. */
  at: number

  constructor(at: number) {
    this.at = at
  }

  age(now: number, options: ScoreOptions): void {
    const elapsed = now - this.at
    if (elapsed <= 0) return
    const short = decay(elapsed, options.successHalfLifeMs)
    const long = decay(elapsed, options.reliabilityHalfLifeMs)
    this.successes *= short
    this.samples *= short
    this.logLatency *= short
    this.longSuccesses *= long
    this.longSamples *= long
    this.at = now
  }

  /** `latencyMs` only with a success: a fast failure is not fast. */
  add(latencyMs: number | undefined): void {
    this.samples += 1
    this.longSamples += 1
    if (latencyMs === undefined) return
    this.successes += 1
    this.longSuccesses += 1
    // Below 1 ms the logarithm would run away; nothing real is that fast.
    this.logLatency += Math.log(Math.max(1, latencyMs))
  }

  merge(other: Evidence): void {
    this.successes += other.successes
    this.samples += other.samples
    this.logLatency += other.logLatency
    this.longSuccesses += other.longSuccesses
    this.longSamples += other.longSamples
  }

  subtract(other: Evidence): void {
    this.successes = Math.max(0, this.successes - other.successes)
    this.samples = Math.max(0, this.samples - other.samples)
    this.logLatency = Math.max(0, this.logLatency - other.logLatency)
    this.longSuccesses = Math.max(0, this.longSuccesses - other.longSuccesses)
    this.longSamples = Math.max(0, this.longSamples - other.longSamples)
  }
}

/** All that the scorer knows of one proxy. */
export class Entry {
  readonly proxy: EgressProxy
  readonly circuit = new Circuit()
  readonly evidence: DecayedEvidence
  addedAt: number
  /** Leases that are out. */
  inflight = 0
  /** When it was last handed out; 0 when never. */
  lastUsedAt = 0
  /** Outcomes ever counted. */
  uses = 0
  removed = false

  /** The score when it was last brought up to date. */
  score = 0
  /** The weight when it was last brought up to date, without cap and circuit. */
  draw = 0
  /** The weight with cap and circuit: 0 when it may not be leased in the ordinary way. */
  weight = 0
  /** Half-open, with room for its probe. */
  awaitsProbe = false
  /** Its place in each pool, by the pool's number; -1 or nothing where it is no member. */
  readonly slots: number[] = []
  /** When the scorer will next look at its circuit. */
  wakeAt = Number.POSITIVE_INFINITY

  constructor(proxy: EgressProxy, now: number) {
    this.proxy = proxy
    this.addedAt = now
    this.evidence = new DecayedEvidence(now)
  }
}
