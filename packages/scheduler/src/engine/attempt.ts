import type { Outcome } from '../policies/judge.ts'
import type { Clock, ExecutionRecord, Task, TaskContext } from '../types.ts'
import type { Execution } from './execution.ts'
import { LazySignal } from './lazy-signal.ts'

/** Five seconds for a task to put down what it holds after its signal was aborted. */
export const DEFAULT_ABORT_GRACE_MS = 5000

/**
 * Runs one attempt to its outcome, which comes whatever the task does: one that ignores its aborted signal is given
 * up after the grace (a hard deadline), one that settles later than that is not listened to.
 */
export function runAttempt(execution: Execution, task: Task, attempt: number, clock: Clock): Promise<Outcome> {
  const { timeoutMs, abortGraceMs = DEFAULT_ABORT_GRACE_MS } = execution.config
  return new Promise((resolve) => {
    let timedOut = false
    let disarm: (() => void) | undefined

    const settle = (outcome: Outcome): void => {
      disarm?.()
      const by = execution.interruption
      if (by !== undefined) resolve({ type: 'interrupted', by, settled: true })
      else if (timedOut && timeoutMs !== undefined) resolve({ type: 'timed-out', timeoutMs })
      else resolve(outcome)
    }
    const giveUpLater = (outcome: () => Outcome): void => {
      disarm?.()
      disarm = clock.wakeAt(clock.now() + abortGraceMs, () => resolve(outcome()))
    }

    const abortable = new LazySignal()
    execution.abortable = abortable
    if (timeoutMs !== undefined) {
      disarm = clock.wakeAt(clock.now() + timeoutMs, () => {
        timedOut = true
        giveUpLater(() => ({ type: 'timed-out', timeoutMs }))
        abortable.abort(new DOMException(`The attempt took longer than ${timeoutMs} ms.`, 'TimeoutError'))
      })
    }
    execution.onContinue(() => {
      const by = execution.interruption
      if (by !== undefined) giveUpLater(() => ({ type: 'interrupted', by, settled: false }))
    })
    call(execution, task, attempt, abortable).then(
      (result) => settle({ type: 'returned', result }),
      (error: unknown) => settle({ type: 'threw', error }),
    )
  })
}

/** A task that throws at once rejects like any other. */
async function call({ record }: Execution, task: Task, attempt: number, abortable: LazySignal): Promise<unknown> {
  return task(new Context(record, attempt, abortable))
}

class Context implements TaskContext {
  readonly execution: ExecutionRecord
  readonly input: unknown
  readonly attempt: number
  readonly #abortable: LazySignal

  constructor(execution: ExecutionRecord, attempt: number, abortable: LazySignal) {
    this.execution = execution
    this.input = execution.input
    this.attempt = attempt
    this.#abortable = abortable
  }

  get signal(): AbortSignal {
    return this.#abortable.signal
  }
}
