import { Circuit } from './circuit.ts'
import { DecayedEvidence, type RowPages } from './evidence.ts'
import type { EgressProxy } from './proxy.ts'

/** Below it a proxy would never be drawn at all; it must not vanish, or an idle fleet of bad proxies could not be used. */
export const LEAST_WEIGHT = 1e-30

/** All that the scorer knows of one proxy. */
export class Entry {
  readonly proxy: EgressProxy
  readonly circuit = new Circuit()
  readonly evidence: DecayedEvidence
  /** What a lease that is out does to the weight: it is divided by `(inflight + 1)^crowdPower`. */
  readonly crowdPower: number
  addedAt: number
  /** Leases that are out. */
  inflight = 0
  /** Outcomes ever counted. */
  uses = 0
  removed = false
  /** Nothing is known of it, or nothing new for long: it is tried out of turn. */
  awaitsTrial = true

  /** Closed, and below its cap. */
  free = false
  /** Half-open, with room for its probe. */
  awaitsProbe = false
  /** Not yet at its whole weight. */
  ramping = true
  /** Its place in each pool, by the pool's number; -1 or nothing where it is no member. */
  readonly slots: number[] = []
  /** When the scorer will next look at its circuit. */
  wakeAt = Number.POSITIVE_INFINITY

  constructor(proxy: EgressProxy, now: number, pages: RowPages, crowdPower: number) {
    this.crowdPower = crowdPower
    this.proxy = proxy
    this.addedAt = now
    this.evidence = new DecayedEvidence(now, pages)
  }

  /** When it was last handed out or judged; steady time. */
  get lastSeenAt(): number {
    return Math.max(this.evidence.lastUsedAt, this.evidence.lastSuccessAt, this.evidence.lastFailureAt)
  }

  /** The score when it was last brought up to date. */
  get score(): number {
    return this.evidence.score
  }

  /** The weight of a draw: 0 when it may not be leased in the ordinary way. */
  get weight(): number {
    if (!this.free) return 0
    const { draw } = this.evidence
    return this.inflight === 0 ? draw : Math.max(LEAST_WEIGHT, draw * (this.inflight + 1) ** -this.crowdPower)
  }
}
