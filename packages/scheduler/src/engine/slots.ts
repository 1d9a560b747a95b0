/** Limits of what runs side by side. */
export interface ConcurrencyLimits {
  /** Executions of the whole scheduler; default: no limit. */
  readonly total?: number
  /** Executions of all jobs that share a `concurrencyKey`; default: no limit. */
  readonly perKey?: number
  /** Limits of single keys, in place of `perKey`. */
  readonly keys?: Readonly<Record<string, number>>
}

/** One who wants a slot. `admitted` is called when it gets one later than at once. */
export interface Ticket {
  readonly slotKey: string | undefined
  admitted(): void
}

interface KeyState {
  running: number
  readonly waiting: Set<Ticket>
}

/** Hands out slots in order of arrival, per key and in all; one that waits for its key holds up no other key. */
export class Slots {
  readonly #total: number
  readonly #perKey: number
  readonly #limits: ReadonlyMap<string, number>
  readonly #keys = new Map<string, KeyState>()
  /** Those whose key has room, waiting for the total. */
  readonly #ready = new Set<Ticket>()
  #running = 0

  constructor(limits: ConcurrencyLimits = {}) {
    this.#total = limits.total ?? Number.POSITIVE_INFINITY
    this.#perKey = limits.perKey ?? Number.POSITIVE_INFINITY
    this.#limits = new Map(Object.entries(limits.keys ?? {}))
  }

  /** True: the ticket holds a slot now. False: it waits. */
  enter(ticket: Ticket): boolean {
    if (!this.#enterKey(ticket)) return false
    if (this.#running < this.#total) {
      this.#running++
      return true
    }
    this.#ready.add(ticket)
    return false
  }

  /** Gives a held slot back. */
  leave(ticket: Ticket): void {
    this.#running--
    this.#leaveKey(ticket)
    this.#admit()
  }

  /** Takes a waiting ticket out; false where it does not wait. */
  withdraw(ticket: Ticket): boolean {
    if (this.#ready.delete(ticket)) {
      this.#leaveKey(ticket)
      this.#admit()
      return true
    }
    return ticket.slotKey !== undefined && (this.#keys.get(ticket.slotKey)?.waiting.delete(ticket) ?? false)
  }

  #enterKey(ticket: Ticket): boolean {
    const { slotKey } = ticket
    if (slotKey === undefined) return true
    let key = this.#keys.get(slotKey)
    if (key === undefined) {
      key = { running: 0, waiting: new Set() }
      this.#keys.set(slotKey, key)
    }
    if (key.running < (this.#limits.get(slotKey) ?? this.#perKey)) {
      key.running++
      return true
    }
    key.waiting.add(ticket)
    return false
  }

  #leaveKey({ slotKey }: Ticket): void {
    const key = slotKey === undefined ? undefined : this.#keys.get(slotKey)
    if (slotKey === undefined || key === undefined) return
    const next = first(key.waiting)
    if (next !== undefined) {
      key.waiting.delete(next)
      this.#ready.add(next)
      return
    }
    key.running--
    if (key.running === 0) this.#keys.delete(slotKey)
  }

  #admit(): void {
    for (const ticket of this.#ready) {
      if (this.#running >= this.#total) return
      this.#ready.delete(ticket)
      this.#running++
      ticket.admitted()
    }
  }
}

function first<T>(set: Set<T>): T | undefined {
  for (const item of set) return item
  return undefined
}
