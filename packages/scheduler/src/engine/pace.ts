import type { Instant } from '../types.ts'

/** Of one turn of the event loop, in ms: short enough that timers and sockets hardly wait. */
const BUDGET_MS = 8
/** Pieces in one turn, should the clock stand still or be set back. */
const MOST_PIECES = 4096

/** Taken at load, so that faked globals cannot stop it. */
const macrotask = setImmediate

/**
 * What goes first. Starts before claims, so that what is claimed waits for nothing; ends when nothing else waits, or
 * when so many wait that the memory they hold would cost more than they do.
 */
const RANKS = ['start', 'claim', 'end'] as const
export type Rank = (typeof RANKS)[number]
/** About half a kilobyte each. */
const MOST_ENDS = 200_000

/** Work that comes in pieces. */
export interface Source {
  /** Pieces that wait. */
  readonly size: number
  /** Does the next piece; false where there is none. */
  work(): boolean
}

const NOTHING: Source = { size: 0, work: () => false }

/** Shares the event loop out: works at once, in order of rank, and leaves what takes too long to later turns. */
export class Pace {
  readonly #now: () => Instant
  readonly #sources: [Source, Source, Source] = [NOTHING, NOTHING, NOTHING]
  #working = false
  /** A turn began, and the macrotask after it is on its way. */
  #begun = false
  #spent = false
  /** Claims were made in this turn. */
  #claimed = false
  #endsAt: Instant = 0
  #left = 0

  constructor(now: () => Instant) {
    this.#now = now
  }

  /** The source of that rank, of which there is one. Call `wake` when it has something to do. */
  serve(rank: Rank, source: Source): void {
    this.#sources[RANKS.indexOf(rank)] = source
  }

  /** There is something to do. */
  wake(): void {
    if (this.#working || this.#spent) return
    if (!this.#begun) {
      this.#begun = true
      this.#endsAt = this.#now() + BUDGET_MS
      this.#left = MOST_PIECES
      macrotask(this.#next)
    }
    this.#working = true
    try {
      while (!this.#spent && this.#piece()) this.#spent = --this.#left <= 0 || this.#now() >= this.#endsAt
    } finally {
      this.#working = false
    }
  }

  #piece(): boolean {
    const [starts, claims, ends] = this.#sources
    if (ends.size >= MOST_ENDS) return ends.work()
    if (starts.work()) return true
    if (claims.work()) {
      this.#claimed = true
      return true
    }
    if (!this.#claimed) return ends.work()
    // What this turn has claimed may start as soon as the loop is given back: ends are for the next one.
    if (ends.size > 0) this.#spent = true
    return false
  }

  readonly #next = (): void => {
    this.#begun = false
    this.#claimed = false
    const more = this.#spent
    this.#spent = false
    if (more) this.wake()
  }
}

/** First in, first out; done items are let go of now and then, since a shift per item costs as much as its length. */
export class Queue<T> {
  #items: T[] = []
  #first = 0

  get size(): number {
    return this.#items.length - this.#first
  }

  push(item: T): void {
    this.#items.push(item)
  }

  shift(): T | undefined {
    if (this.size === 0) return undefined
    const item = this.#items[this.#first++]
    if (this.size === 0) this.#keep([])
    else if (this.#first >= 1024 && this.#first > this.size) this.#keep(this.#items.slice(this.#first))
    return item
  }

  #keep(items: T[]): void {
    this.#items = items
    this.#first = 0
  }
}

/** A source of items that are handled one by one. */
export class PacedQueue<T> implements Source {
  readonly #pace: Pace
  readonly #handle: (item: T) => void
  readonly #queue = new Queue<T>()

  constructor(pace: Pace, rank: Rank, handle: (item: T) => void) {
    this.#pace = pace
    this.#handle = handle
    pace.serve(rank, this)
  }

  get size(): number {
    return this.#queue.size
  }

  push(item: T): void {
    this.#queue.push(item)
    this.#pace.wake()
  }

  work(): boolean {
    const item = this.#queue.shift()
    if (item === undefined) return false
    this.#handle(item)
    return true
  }
}
