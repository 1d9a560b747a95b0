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
  /** When it last succeeded. */
  lastSuccessAt = Number.NEGATIVE_INFINITY
  /** Outcomes ever counted. */
  uses = 0
  removed = false

  /** The weight of a draw: 0 when it may not be leased in the ordinary way. */
  weight = 0
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

  /** Never handed out, and nothing is known of it. */
  get untried(): boolean {
    return this.lastUsedAt === 0 && this.uses === 0
  }

  /** The score when it was last brought up to date. */
  get score(): number {
    return this.evidence.score
  }
}
