import { SlidingWindow } from './sliding-window.ts'

/**
 * - `closed`: in use.
 * - `open`: shut out until its time is up, or by hand.
 * - `half-open`: one leased probe at a time may try it.
 */
export type CircuitState = 'closed' | 'open' | 'half-open'

/** What moves a circuit. */
export type CircuitInput =
  /** Too many failures: so many in a row, or too large a part of the window. */
  | 'tripped'
  /** The open time is over. */
  | 'waited'
  /** A probe failed. */
  | 'probe_failed'
  /** Enough probes in a row succeeded. */
  | 'recovered'
  /** Shut out by hand: never `waited`. */
  | 'isolated'
  /** Let in by hand, with a clean window. */
  | 'released'

/** The whole machine; what is not listed changes nothing. */
export const CIRCUIT_TRANSITIONS: Readonly<
  Record<CircuitState, Readonly<Partial<Record<CircuitInput, CircuitState>>>>
> = {
  closed: { tripped: 'open', isolated: 'open' },
  open: { waited: 'half-open', isolated: 'open', released: 'closed' },
  'half-open': { probe_failed: 'open', recovered: 'closed', isolated: 'open', released: 'closed' },
}

export interface CircuitOptions {
  /** Failures in a row that trip it. Default 4: three can be chance on a fleet that fails one time in ten. */
  readonly consecutiveFailures: number
  /** Part of the window's outcomes that must have failed, exclusive, 0 to 1. Default 0.6. */
  readonly failureRatio: number
  /** Outcomes in the window before the ratio says anything, exclusive. Default 8. */
  readonly minimumSamples: number
  /** How far back the ratio looks. Default 60,000 ms. */
  readonly windowMs: number
  /** First open time; it doubles with every trip in a row. Default 10,000 ms. */
  readonly openMs: number
  /** Longest open time, before jitter. Default 120,000 ms. */
  readonly maxOpenMs: number
  /** Part by which an open time varies to both sides, so that a fleet does not come back at once. Default 0.2. */
  readonly jitter: number
  /** Successful probes in a row that close it. Default 2. */
  readonly probeSuccesses: number
  /** After so long a probe without a report no longer holds its place. Default 30,000 ms. */
  readonly probeTtlMs: number
}

export const DEFAULT_CIRCUIT: CircuitOptions = {
  consecutiveFailures: 4,
  failureRatio: 0.6,
  minimumSamples: 8,
  windowMs: 60_000,
  openMs: 10_000,
  maxOpenMs: 120_000,
  jitter: 0.2,
  probeSuccesses: 2,
  probeTtlMs: 30_000,
}

export interface CircuitTransition {
  readonly from: CircuitState
  readonly to: CircuitState
  readonly input: CircuitInput
}

/** What outlives a restart. Times are steady times of the scorer. */
export interface CircuitMemory {
  readonly state: CircuitState
  readonly isolated: boolean
  readonly trips: number
  readonly retryAt: number
  readonly closedAt: number
  readonly failuresInRow: number
  readonly successfulProbes: number
  /** What the window holds. */
  readonly recent: { readonly successes: number; readonly failures: number }
}

/** One proxy's circuit breaker. It reads no clock and draws nothing: time and randomness are handed in. */
export class Circuit {
  state: CircuitState = 'closed'
  /** Shut out by hand. */
  isolated = false
  /** While open: when it turns half-open; infinite when isolated. */
  retryAt = 0
  /** When it last closed after having been open; -Infinity when it never did. */
  closedAt = Number.NEGATIVE_INFINITY
  /** Trips in a row, without a quiet time of `maxOpenMs` between them. */
  trips = 0
  /** Since the last success, while closed. */
  failuresInRow = 0
  #successfulProbes = 0
  #probe = 0
  #probeUntil = 0
  /** The first lease since it last turned half-open: those of lower numbers began before that, and say nothing about now. */
  #since = 0
  #window: SlidingWindow | undefined

  probing(now: number): boolean {
    return this.#probe !== 0 && now < this.#probeUntil
  }

  /** When it next lets a use in without anything else happening; `Infinity` when isolated. */
  admitsAt(now: number): number {
    if (this.state === 'closed') return now
    if (this.state === 'open') return this.retryAt
    return this.probing(now) ? this.#probeUntil : now
  }

  /** Lets an open circuit become half-open when its time is up. */
  tick(now: number): CircuitTransition | undefined {
    if (this.state !== 'open' || this.isolated || now < this.retryAt) return undefined
    this.#probe = 0
    this.#since = Number.POSITIVE_INFINITY
    this.#successfulProbes = 0
    return this.#move('waited')
  }

  /** A use started under the lease number `lease`: above all earlier ones, or negative without a lease. In half-open it is the probe. */
  started(lease: number, now: number, options: CircuitOptions): void {
    if (this.state !== 'half-open') return
    this.#probe = lease
    this.#probeUntil = now + options.probeTtlMs
    if (lease > 0) this.#since = Math.min(this.#since, lease)
  }

  /** A use ended without saying anything about the proxy. */
  ended(lease: number): void {
    if (this.#probe === lease) this.#probe = 0
  }

  /** A use succeeded or failed by the proxy's fault. */
  report(
    lease: number,
    ok: boolean,
    now: number,
    options: CircuitOptions,
    random: () => number,
  ): CircuitTransition | undefined {
    if (this.state === 'half-open') return this.#reportProbe(lease, ok, now, options, random)
    // A use that began before the trip and ended after it: its news is already acted upon.
    if (this.state === 'open' || (lease > 0 && lease < this.#since)) return undefined
    this.#window ??= new SlidingWindow(options.windowMs)
    this.#window.add(ok, now)
    if (ok) {
      this.failuresInRow = 0
      return undefined
    }
    this.failuresInRow += 1
    return this.#isTripped(now, options) ? this.#open('tripped', now, options, random) : undefined
  }

  isolate(): CircuitTransition | undefined {
    if (this.isolated) return undefined
    this.isolated = true
    this.retryAt = Number.POSITIVE_INFINITY
    return this.#move('isolated')
  }

  release(now: number): CircuitTransition | undefined {
    if (this.state === 'closed') return undefined
    this.trips = 0
    return this.#close('released', now)
  }

  remember(now: number): CircuitMemory {
    const { state, isolated, trips, retryAt, closedAt } = this
    const recent = this.#window?.counts(now) ?? { successes: 0, failures: 0 }
    const counts = { failuresInRow: this.failuresInRow, successfulProbes: this.#successfulProbes, recent }
    return { state, isolated, trips, retryAt, closedAt, ...counts }
  }

  /** `at`: the time that the memory is of. What it holds of the window counts as of then. */
  recall(memory: CircuitMemory, at: number, options: CircuitOptions): void {
    this.state = memory.state
    this.isolated = memory.isolated
    this.trips = memory.trips
    this.retryAt = memory.retryAt
    this.closedAt = memory.closedAt
    this.failuresInRow = memory.failuresInRow
    this.#successfulProbes = memory.successfulProbes
    this.#probe = 0
    this.#since = memory.state === 'half-open' ? Number.POSITIVE_INFINITY : 0
    const { successes, failures } = memory.recent
    this.#window = successes + failures === 0 ? undefined : new SlidingWindow(options.windowMs)
    this.#window?.fill(memory.recent, at)
  }

  #reportProbe(
    lease: number,
    ok: boolean,
    now: number,
    options: CircuitOptions,
    random: () => number,
  ): CircuitTransition | undefined {
    // Only probes speak. One that outlived its place is a probe still: where each use takes
    // longer than that, there would be no other.
    if (this.#probe === lease) this.#probe = 0
    else if (lease < this.#since) return undefined
    if (!ok) return this.#open('probe_failed', now, options, random)
    this.#successfulProbes += 1
    return this.#successfulProbes >= options.probeSuccesses ? this.#close('recovered', now) : undefined
  }

  #isTripped(now: number, options: CircuitOptions): boolean {
    if (this.failuresInRow >= options.consecutiveFailures) return true
    if (this.#window === undefined) return false
    const { successes, failures } = this.#window.counts(now)
    const total = successes + failures
    return total > options.minimumSamples && failures / total > options.failureRatio
  }

  #open(input: CircuitInput, now: number, options: CircuitOptions, random: () => number): CircuitTransition {
    // A trip soon after recovery goes on doubling: otherwise a flapping proxy would come back every 10 s for ever.
    if (input === 'tripped' && now - this.closedAt >= options.maxOpenMs) this.trips = 0
    const openMs = Math.min(options.openMs * 2 ** Math.min(this.trips, 52), options.maxOpenMs)
    this.trips += 1
    this.retryAt = now + openMs * (1 + options.jitter * (2 * random() - 1))
    return this.#move(input)
  }

  #close(input: CircuitInput, now: number): CircuitTransition {
    this.isolated = false
    this.closedAt = now
    this.failuresInRow = 0
    this.#successfulProbes = 0
    this.#probe = 0
    // Where no lease was a probe, or nothing was probed, it is not known which began before.
    if (input === 'released' || this.#since === Number.POSITIVE_INFINITY) this.#since = 0
    this.#window?.clear()
    return this.#move(input)
  }

  #move(input: CircuitInput): CircuitTransition {
    const from = this.state
    this.state = CIRCUIT_TRANSITIONS[from][input] ?? from
    return { from, to: this.state, input }
  }
}
