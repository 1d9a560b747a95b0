/** Where time comes from: epoch milliseconds. */
export interface Clock {
  now(): number
}

/**
 * A clock that never goes back. When the source does (somebody set the machine's clock), time goes on from where it was, so that an
 * open circuit still ends and no count decays twice.
 */
export class SteadyClock {
  readonly #source: Clock
  #last: number
  #offset = 0

  constructor(source: Clock) {
    this.#source = source
    const now = source.now()
    this.#last = Number.isFinite(now) ? now : 0
  }

  now(): number {
    const raw = this.#source.now()
    // A broken reading (NaN, infinite) keeps the last time.
    if (!Number.isFinite(raw)) return this.#last + this.#offset
    if (raw >= this.#last) this.#last = raw
    else {
      this.#offset += this.#last - raw
      this.#last = raw
    }
    return this.#last + this.#offset
  }

  /** A steady time as the source's clock would show it. */
  toSource(steady: number): number {
    return steady - this.#offset
  }
}

/** The part of a quantity that is left after `elapsedMs`, between 0 and 1. */
export function decay(elapsedMs: number, halfLifeMs: number): number {
  return elapsedMs <= 0 ? 1 : 2 ** (-elapsedMs / halfLifeMs)
}
