import type { Execution } from './execution.ts'
import { NOBODY } from './job.ts'
import type { Slots } from './slots.ts'

/**
 * `now`: goes ahead · `later`: waits, for its job or for a slot · `refused`: its job is busy and nobody may wait ·
 * `missed`: it asks for none.
 */
export type Turn = 'now' | 'later' | 'refused' | 'missed'

/**
 * Who may run. An execution needs its job's turn first (one at a time, unless the job allows overlap), then a slot.
 * It keeps the turn until it is over, the slot only while an attempt runs.
 */
export class Admission {
  readonly #slots: Slots

  constructor(slots: Slots) {
    this.#slots = slots
  }

  join(execution: Execution, queueLimit: number): Turn {
    const { job } = execution
    if (execution.config.overlap === 'allow' || job.holders === 0) {
      job.holders++
      return this.enterSlot(execution) ? 'now' : 'later'
    }
    if (job.waiting.length >= queueLimit) return 'refused'
    if (job.waiting === NOBODY) job.waiting = []
    job.waiting.push(execution)
    return 'later'
  }

  /** False: it waits, and is told by `admitted`. */
  enterSlot(execution: Execution): boolean {
    execution.holdsSlot = this.#slots.enter(execution)
    return execution.holdsSlot
  }

  leaveSlot(execution: Execution): void {
    if (!execution.holdsSlot) return
    execution.holdsSlot = false
    this.#slots.leave(execution)
  }

  /** Takes one that is to end out of whatever it waits for; it counts as holding its job's turn until it left. */
  stopWaiting(execution: Execution): void {
    const { waiting } = execution.job
    const at = waiting.indexOf(execution)
    if (at >= 0) {
      waiting.splice(at, 1)
      execution.job.holders++
    } else if (!execution.holdsSlot) {
      this.#slots.withdraw(execution)
    }
  }

  /** Gives everything back, and the job's turn to the next that waits for it. */
  leave(execution: Execution): void {
    const { job } = execution
    this.leaveSlot(execution)
    job.holders--
    if (job.holders > 0 || job.waiting.length === 0) return
    const next = job.waiting.shift()
    if (next === undefined) return
    job.holders++
    if (this.#slots.enter(next)) next.admitted()
  }
}
