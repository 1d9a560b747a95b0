import type { Entry } from './entry.ts'

/** A lease that is out. */
export interface LeaseRecord {
  readonly number: number
  readonly entry: Entry
  /** Steady time. */
  readonly expiresAt: number
  /** Whether it still counts. */
  open: boolean
  previous: LeaseRecord | undefined
  next: LeaseRecord | undefined
}

/** The leases that are out, oldest first: a linked list, so that any of them can end in O(1). All live equally long, so the oldest expires first. */
export class LeaseBook {
  #oldest: LeaseRecord | undefined
  #newest: LeaseRecord | undefined
  #number = 0
  size = 0

  open(entry: Entry, expiresAt: number): LeaseRecord {
    this.#number += 1
    const record: LeaseRecord = {
      number: this.#number,
      entry,
      expiresAt,
      open: true,
      previous: this.#newest,
      next: undefined,
    }
    if (this.#newest === undefined) this.#oldest = record
    else this.#newest.next = record
    this.#newest = record
    this.size += 1
    return record
  }

  /** `false` when it was closed already. */
  close(record: LeaseRecord): boolean {
    if (!record.open) return false
    record.open = false
    const { previous, next } = record
    if (previous === undefined) this.#oldest = next
    else previous.next = next
    if (next === undefined) this.#newest = previous
    else next.previous = previous
    // A caller may keep its lease: it must not keep the others alive.
    record.previous = undefined
    record.next = undefined
    this.size -= 1
    return true
  }

  /** The oldest, when its time is over. */
  expired(now: number): LeaseRecord | undefined {
    return this.#oldest !== undefined && this.#oldest.expiresAt <= now ? this.#oldest : undefined
  }

  *of(entry: Entry): Generator<LeaseRecord> {
    for (let record = this.#oldest; record !== undefined; ) {
      const { next } = record
      if (record.entry === entry) yield record
      record = next
    }
  }
}
