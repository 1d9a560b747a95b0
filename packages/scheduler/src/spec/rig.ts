import { ManualClock } from '../manual-clock.ts'
import { MemoryExecutionStore } from '../memory-store.ts'
import type { PluginSchedulerOptions } from '../options.ts'
import { PluginScheduler } from '../scheduler.ts'
import type { ExecutionQuery, ExecutionRecord, ScheduleConfig, TaskContext } from '../types.ts'

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
/** 2026-01-01T00:00:00Z, where the manual clock starts. */
export const START = Date.UTC(2026, 0, 1)

/** A call of the task `work` that has not ended yet. */
export interface Call {
  readonly context: TaskContext
  readonly succeed: (result?: unknown) => void
  readonly fail: (error: unknown) => void
}

/**
 * A scheduler on a manual clock with three tasks: `note` ends at once, `work` when the test says so, and `moody`
 * does what the test sets.
 */
export class Rig {
  readonly clock: ManualClock
  readonly store: MemoryExecutionStore
  readonly scheduler: PluginScheduler
  /** When `note` was called, in seconds after START. */
  readonly noted: number[] = []
  readonly calls: Call[] = []
  readonly events: string[] = []
  moody: (context: TaskContext) => unknown = () => undefined

  constructor(options: Partial<PluginSchedulerOptions> & { clock?: ManualClock; store?: MemoryExecutionStore } = {}) {
    this.clock = options.clock ?? new ManualClock(START)
    this.store = options.store ?? new MemoryExecutionStore()
    this.scheduler = new PluginScheduler({ random: () => 0.5, ...options, store: this.store, clock: this.clock })
    this.scheduler.registerTask('note', () => {
      this.noted.push((this.clock.now() - START) / SECOND)
    })
    this.scheduler.registerTask('work', (context) => {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>()
      this.calls.push({ context, succeed: resolve, fail: reject })
      return promise
    })
    this.scheduler.registerTask('moody', (context) => this.moody(context))
  }

  static async started(options: ConstructorParameters<typeof Rig>[0] = {}): Promise<Rig> {
    const rig = new Rig(options)
    await rig.scheduler.start()
    return rig
  }

  /** Adds a job that fires every `everyMs`, a minute by default. */
  async every(config: Partial<ScheduleConfig> & { id: string }, everyMs = MINUTE): Promise<void> {
    await this.scheduler.add({ task: 'note', triggers: { type: 'interval', everyMs }, ...config })
  }

  /** Lets everything settle that is on its way, without time passing. */
  async settle(): Promise<void> {
    await this.clock.advance(0)
    await this.scheduler.idle()
    await this.clock.advance(0)
  }

  /** Ends the n-th call of `work` (0 for the first). */
  async end(n: number, outcome: { result?: unknown; error?: unknown } = {}): Promise<void> {
    const call = this.calls[n]
    if (call === undefined) throw new Error(`There was no call ${n}.`)
    if ('error' in outcome) call.fail(outcome.error)
    else call.succeed(outcome.result)
    await this.settle()
  }

  /** The history, oldest first, as `status` or `status/reason`. */
  async outcomes(query: ExecutionQuery = {}): Promise<string[]> {
    const executions = await this.scheduler.history({ limit: 10_000, ...query })
    return executions.map(({ status, reason }) => (reason === undefined ? status : `${status}/${reason}`)).reverse()
  }

  async only(): Promise<ExecutionRecord> {
    const executions = await this.scheduler.history()
    const [execution] = executions
    if (execution === undefined || executions.length > 1) throw new Error(`There are ${executions.length} executions.`)
    return execution
  }
}

/** A call that was refused: its code, and that nothing came of it. */
export async function codeOf(refused: Promise<unknown> | (() => unknown)): Promise<unknown> {
  try {
    await (typeof refused === 'function' ? refused() : refused)
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'hint' in error && error.hint !== '') return error.code
    throw error
  }
  return 'nothing was thrown'
}
