import { type Outcome, RETURNED } from '../policies/judge.ts'
import type { Clock, ExecutionRecord, Instant, Task, TaskContext, TaskOptions } from '../types.ts'
import type { Execution } from './execution.ts'

/** Five seconds for a task to put down what it holds after its signal was aborted. */
export const DEFAULT_ABORT_GRACE_MS = 5000

export interface RegisteredTask extends TaskOptions {
  readonly run: Task
}

/** Called once, when the attempt has its outcome. */
export type Ended = (execution: Execution, outcome: Outcome) => void

/**
 * Runs one attempt to its outcome, which comes whatever the task does: one that ignores its aborted signal is given
 * up after the grace (a hard deadline), one that settles later than that is not listened to. Costs next to nothing
 * where the task returns at once and has no time limit, as a hundred thousand may do in the same second.
 */
export function runAttempt(execution: Execution, task: Task, attempt: number, clock: Clock, ended: Ended): void {
  const context = new Context(execution.record, attempt)
  execution.context = context
  const { timeoutMs } = execution.config
  const watch = timeoutMs === undefined ? undefined : new Watch(execution, clock, ended)
  watch?.limit(context, timeoutMs ?? 0)
  let returned: unknown
  try {
    returned = task(context)
    if (isObject(returned)) {
      const watched = watch ?? new Watch(execution, clock, ended)
      watched.follow(Promise.resolve(returned))
      return
    }
  } catch (error) {
    settle(execution, { type: 'threw', error }, watch, ended)
    return
  }
  settle(execution, returned === undefined ? RETURNED : { type: 'returned', result: returned }, watch, ended)
}

function settle(execution: Execution, outcome: Outcome, watch: Watch | undefined, ended: Ended): void {
  if (watch !== undefined) watch.settle(outcome)
  else ended(execution, interruptedOr(outcome, execution))
}

function interruptedOr(outcome: Outcome, { interruption }: Execution): Outcome {
  return interruption === undefined ? outcome : { type: 'interrupted', by: interruption, settled: true }
}

function isObject(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** Looks after an attempt that takes its time, or has a limit of it. */
class Watch {
  readonly #execution: Execution
  readonly #clock: Clock
  readonly #ended: Ended
  #timedOutAfter: number | undefined
  #disarm: (() => void) | undefined
  #over = false

  constructor(execution: Execution, clock: Clock, ended: Ended) {
    this.#execution = execution
    this.#clock = clock
    this.#ended = ended
  }

  limit(context: Context, timeoutMs: number): void {
    this.#disarm = this.#clock.wakeAt(this.#clock.now() + timeoutMs, () => {
      this.#timedOutAfter = timeoutMs
      this.#giveUpLater({ type: 'timed-out', timeoutMs })
      abort(context, new DOMException(`The attempt took longer than ${timeoutMs} ms.`, 'TimeoutError'))
    })
  }

  follow(promise: Promise<unknown>): void {
    promise.then(
      (result) => this.settle({ type: 'returned', result }),
      (error: unknown) => this.settle({ type: 'threw', error }),
    )
    if (this.#execution.interruption === undefined) this.#execution.onContinue(() => this.#interrupted())
    else this.#interrupted()
  }

  settle(outcome: Outcome): void {
    const timeoutMs = this.#timedOutAfter
    this.#end(interruptedOr(timeoutMs === undefined ? outcome : { type: 'timed-out', timeoutMs }, this.#execution))
  }

  #interrupted(): void {
    const by = this.#execution.interruption
    if (by !== undefined) this.#giveUpLater({ type: 'interrupted', by, settled: false })
  }

  #giveUpLater(outcome: Outcome): void {
    const { abortGraceMs = DEFAULT_ABORT_GRACE_MS } = this.#execution.config
    this.#disarm?.()
    const at: Instant = this.#clock.now() + abortGraceMs
    this.#disarm = this.#clock.wakeAt(at, () => this.#end(outcome))
  }

  #end(outcome: Outcome): void {
    if (this.#over) return
    this.#over = true
    this.#disarm?.()
    this.#ended(this.#execution, outcome)
  }
}

/** What the task gets. Its input and its signal cost nothing until somebody asks for them, as most tasks never do. */
export class Context implements TaskContext {
  readonly execution: ExecutionRecord
  readonly attempt: number
  #input: unknown
  #controller: AbortController | undefined
  #reason: unknown

  constructor(execution: ExecutionRecord, attempt: number) {
    this.execution = execution
    this.attempt = attempt
  }

  get input(): unknown {
    const { input } = this.execution
    if (!isObject(input)) return input
    this.#input ??= structuredClone(input)
    return this.#input
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#reason !== undefined) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }

  /** Not a method, which the task could call. */
  static abort(context: Context, reason: unknown): void {
    context.#reason = reason
    context.#controller?.abort(reason)
  }
}

const { abort } = Context
