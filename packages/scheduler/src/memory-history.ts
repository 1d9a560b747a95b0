import { patched } from './engine/execution.ts'
import { type Entry, Roster } from './engine/roster.ts'
import type { ExecutionRecord, ExecutionUpdate } from './types.ts'

class Held implements Entry<Held> {
  record: ExecutionRecord
  previous: Held | undefined
  next: Held | undefined

  constructor(record: ExecutionRecord) {
    this.record = record
  }

  get id(): string {
    return this.record.id
  }

  get isOver(): boolean {
    const { status } = this.record
    return status !== 'running' && status !== 'retrying'
  }
}

/** Executions in memory: all that are not over, and the latest of those that are. */
export class MemoryHistory {
  readonly #most: number
  readonly #onForgotten: (record: ExecutionRecord) => void
  readonly #unfinished = new Roster<Held>()
  /** In the order in which they ended. */
  readonly #ended = new Roster<Held>()
  #endedCount = 0

  constructor(most: number, onForgotten: (record: ExecutionRecord) => void) {
    this.#most = most
    this.#onForgotten = onForgotten
  }

  add(record: ExecutionRecord): void {
    const held = new Held(record)
    if (held.isOver) this.#keep(held)
    else this.#unfinished.add(held)
  }

  /** All of them or none. @throws Error where there is no such execution */
  update(updates: readonly ExecutionUpdate[]): void {
    const all = this.#findAll(updates)
    for (const [n, { patch }] of updates.entries()) {
      const held = all[n] as Held
      const wasOver = held.isOver
      held.record = patched(held.record, patch)
      if (wasOver || !held.isOver) continue
      this.#unfinished.delete(held)
      this.#keep(held)
    }
  }

  get(id: string): ExecutionRecord | undefined {
    return this.#find(id)?.record
  }

  get unfinished(): ExecutionRecord[] {
    return this.#unfinished.all().map(({ record }) => record)
  }

  get all(): ExecutionRecord[] {
    return [...this.unfinished, ...this.#ended.all().map(({ record }) => record)]
  }

  /** As a rule they end in the order in which they began: then the next one stands beside the one before. */
  #findAll(updates: readonly ExecutionUpdate[]): Held[] {
    let next = this.#unfinished.first
    return updates.map(({ id }) => {
      const held = next?.id === id ? next : this.#find(id)
      if (held === undefined) throw new Error(`There is no execution ${id}.`)
      next = held.next
      return held
    })
  }

  #find(id: string): Held | undefined {
    return this.#unfinished.get(id) ?? this.#ended.get(id)
  }

  #keep(held: Held): void {
    this.#ended.add(held)
    this.#endedCount++
    const oldest = this.#ended.first
    if (this.#endedCount <= this.#most || oldest === undefined) return
    this.#ended.delete(oldest)
    this.#endedCount--
    this.#onForgotten(oldest.record)
  }
}
