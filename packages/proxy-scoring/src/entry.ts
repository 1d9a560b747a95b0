import { Circuit } from './circuit.ts'
import { DecayedEvidence, type RowPages } from './evidence.ts'
import type { EgressProxy } from './proxy.ts'

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

  constructor(proxy: EgressProxy, now: number, pages: RowPages) {
    this.proxy = proxy
    this.addedAt = now
    this.evidence = new DecayedEvidence(now, pages)
  }

  /** The score when it was last brought up to date. */
  get score(): number {
    return this.evidence.score
  }

  /** The weight of a draw: 0 when it may not be leased in the ordinary way. */
  get weight(): number {
    return this.free ? this.evidence.draw : 0
  }
}
