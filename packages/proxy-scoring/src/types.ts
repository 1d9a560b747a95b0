import type { CircuitInput, CircuitOptions, CircuitState } from './circuit.ts'
import type { ProxyFilter } from './filter.ts'
import type { LeaseOutcome } from './lease.ts'
import type { EgressProxy, ProxyInput } from './proxy.ts'
import type { ScoreOptions, ScoreParts } from './score.ts'
import type { Clock } from './time.ts'

/**
 * - `weighted`: better proxies far more often, the less busy of two draws.
 * - `least-loaded`: the fewest leases out, then the better score.
 * - `round-robin`: one after the other.
 * - `random`: every one alike.
 */
export type LoadBalancingStrategy = 'round-robin' | 'least-loaded' | 'weighted' | 'random'

export interface ProxyScorerOptions extends Partial<ScoreOptions> {
  readonly proxies?: Iterable<EgressProxy | ProxyInput>
  /** Default `weighted`. */
  readonly strategy?: LoadBalancingStrategy
  /** Default `Date`. */
  readonly clock?: Clock
  /** 0 ≤ x < 1. Default `Math.random`. */
  readonly random?: () => number
  readonly circuit?: Partial<CircuitOptions>
  /** Leases out at once per proxy, from 1. Default 8. `Infinity` lets one good proxy take everything. */
  readonly maxInflight?: number
  /** After so long a lease counts as leaked. Default 900,000 ms. */
  readonly leaseTtlMs?: number
  /** Power of the score in the weight of a draw: 0 draws evenly, 24 (default) almost only among the best tenth of scores. */
  readonly sharpness?: number
  /** How much a proxy's leases out take off its weight: its score counts as divided by `(inflight + 1)^crowding`. Default 0.25; 0: nothing. */
  readonly crowding?: number
  /** What the score counts as multiplied by just after a success, and divided by for each failure since; 1 to 2. Default 1.1; 1: nothing. */
  readonly trust?: number
  /** Draws per weighted pick; the less busy for its score wins. Default 2; 1 is plain weighted random. */
  readonly candidates?: 1 | 2
  /** A new or recovered proxy's weight grows from a tenth to the whole over this time. Default 30,000 ms. */
  readonly slowStartMs?: number
  /** Part of the picks that goes to half-open proxies while others are free. Default 0.05; more in fleets of less than 10. */
  readonly probeShare?: number
  /** Part of the weighted picks that goes to proxies that were never used, or not for `reliabilityHalfLifeMs`, while there are any. Default 0.05. */
  readonly trialShare?: number
  /** Proxies whose cached weight is brought up to date with each pick. Default 2. */
  readonly refreshPerAcquire?: number
}

/** Which proxy it shall be. */
export interface AcquireOptions extends ProxyFilter {
  /** Instead of the scorer's own. */
  readonly strategy?: LoadBalancingStrategy | undefined
  /** Ids that were tried already. */
  readonly exclude?: readonly string[] | undefined
  /** Same key, same proxy, as long as it is fit for use; the strategy is not asked then. */
  readonly stickyKey?: string | undefined
  /**
   * Groups in order: the first that has a free proxy gives it. What a group asks for replaces what is asked for beside it, except that
   * tags add up and `loopbackOnly` holds for all.
   */
  readonly groups?: readonly ProxyFilter[] | undefined
}

/** Why a proxy ranks where it does. */
export interface ProxyScore extends ScoreParts {
  readonly proxyId: string
  readonly proxy: EgressProxy
  /** Geometric mean of successful uses, in ms; `null` without any. */
  readonly latencyMs: number | null
  /** Outcomes ever counted. */
  readonly uses: number
  /** Decayed counts behind `success`. */
  readonly samples: number
  readonly successes: number
  /** Decayed counts behind `reliability`. */
  readonly longSamples: number
  readonly longSuccesses: number
  /** Time since it was added, ms. */
  readonly ageMs: number
  /** Epoch ms; `null` when never. */
  readonly lastUsedAt: number | null
  readonly inflight: number
  readonly circuit: CircuitState
  /** Shut out by hand. */
  readonly isolated: boolean
  /** With an open circuit: epoch ms of the next probe; `null` otherwise or when isolated. */
  readonly retryAt: number | null
}

export interface ProxyScorerEvents {
  added: { readonly proxyId: string; readonly at: number }
  removed: { readonly proxyId: string; readonly at: number }
  acquired: { readonly proxyId: string; readonly leaseId: string; readonly at: number }
  /** A lease ended, in whatever way. */
  settled: { readonly proxyId: string; readonly leaseId: string; readonly outcome: LeaseOutcome; readonly at: number }
  /** A circuit changed its state, or was isolated. */
  circuit: {
    readonly proxyId: string
    readonly from: CircuitState
    readonly to: CircuitState
    readonly input: CircuitInput
    /** With `open`: epoch ms of the next probe; `null` otherwise or when isolated. */
    readonly retryAt: number | null
    readonly at: number
  }
  /** An `acquire` found nothing. */
  exhausted: { readonly retryAt: number | null; readonly at: number }
}
