import type { AttemptRecord, ExecutionRecord, Instant, JobView, MisfirePolicy } from './types.ts'

/** What the scheduler tells, by name. */
export interface SchedulerEvents {
  /** A firing was claimed. */
  'job:fired': { readonly jobId: string; readonly scheduledAt: Instant; readonly execution: ExecutionRecord }
  /** Due times from `first` to `last` were missed; `firing` of them are made up for, `recorded` are recorded as missed. */
  'job:missed': {
    readonly jobId: string
    readonly first: Instant
    readonly last: Instant
    readonly policy: MisfirePolicy
    readonly firing: number
    readonly recorded: number
  }
  /** A stored job whose task is not registered: kept, not fired. */
  'job:task-missing': { readonly jobId: string; readonly task: string }
  /**
   * A stored job whose triggers cannot be read, for a zone that this machine does not know, say; or (a bug) a trigger
   * that names no later time. The job is kept and does not fire.
   */
  'job:stuck': { readonly jobId: string; readonly error: Error }
  'job:added': { readonly job: JobView }
  'job:replaced': { readonly job: JobView }
  'job:paused': { readonly job: JobView }
  'job:resumed': { readonly job: JobView }
  /** `ended`: its last trigger is over and its executions are. */
  'job:removed': { readonly jobId: string; readonly cause: 'removed' | 'ended' }
  /** The first attempt begins. */
  'execution:started': { readonly execution: ExecutionRecord }
  'execution:attempt-started': { readonly execution: ExecutionRecord; readonly attempt: number }
  'execution:attempt-ended': { readonly execution: ExecutionRecord; readonly attempt: AttemptRecord }
  'execution:retrying': { readonly execution: ExecutionRecord; readonly nextAttemptAt: Instant }
  /** Final, and durable. */
  'execution:ended': { readonly execution: ExecutionRecord }
  /** The store refused a call; `claim`s are tried again, and so are `update`s while the scheduler runs. */
  'scheduler:store-failed': {
    readonly operation: string
    readonly error: unknown
    /** Of the jobs whose firings a refused `claim` was for. */
    readonly jobIds?: readonly string[]
  }
  /** A listener or callback threw; nothing else was affected. */
  'scheduler:listener-failed': { readonly event: string; readonly error: unknown }
}

export type SchedulerEvent = keyof SchedulerEvents
export type Listener<E extends SchedulerEvent> = (payload: SchedulerEvents[E]) => unknown

type AnyListener = (payload: never) => unknown

/** Calls listeners in the order in which they came; one that throws or rejects harms nobody. */
export class Emitter {
  readonly #listeners = new Map<SchedulerEvent, Set<AnyListener>>()

  on<E extends SchedulerEvent>(event: E, listener: Listener<E>): () => void {
    const entry: AnyListener = (payload) => listener(payload)
    const listeners = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, listeners.add(entry))
    return () => {
      listeners.delete(entry)
    }
  }

  /** `payload` is made only where somebody listens. */
  emit<E extends SchedulerEvent>(event: E, payload: () => SchedulerEvents[E]): void {
    const listeners = this.#listeners.get(event)
    if (listeners === undefined || listeners.size === 0) return
    const value = payload() as never
    for (const listener of [...listeners]) this.guard(event, () => listener(value))
  }

  /** Runs foreign code on behalf of `event`; its errors become `scheduler:listener-failed`. */
  guard(event: string, call: () => unknown): void {
    try {
      const returned = call()
      if (returned instanceof Promise) returned.catch((error: unknown) => this.#failed(event, error))
    } catch (error) {
      this.#failed(event, error)
    }
  }

  #failed(event: string, error: unknown): void {
    if (event === 'scheduler:listener-failed') return
    this.emit('scheduler:listener-failed', () => ({ event, error }))
  }
}
