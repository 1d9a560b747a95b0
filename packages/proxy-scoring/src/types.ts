import type { CircuitInput, CircuitOptions, CircuitState } from './circuit.ts'
import type { LeaseOutcome } from './lease.ts'
import type { EgressProxy, ProxyInput, ProxyProtocol } from './proxy.ts'
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
}

/** What the proxy must be like. Everything given must hold. */
export interface AcquireOptions {
  /** Instead of the scorer's own. */
  readonly strategy?: LoadBalancingStrategy
  /** Ids that were tried already. */
  readonly exclude?: readonly string[]
  readonly protocol?: ProxyProtocol | readonly ProxyProtocol[]
  readonly region?: string
  /** All of them. */
  readonly tags?: readonly string[]
  /** Same key, same proxy, as long as it is fit for use; the strategy is not asked then. */
  readonly stickyKey?: string
  /** Only proxies at literal loopback addresses or `localhost`. */
  readonly loopbackOnly?: boolean
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
