import { systemClock } from '../clock.ts'
import type { Emitter } from '../events.ts'
import { uuidV7 } from '../ids.ts'
import type { PluginSchedulerOptions } from '../options.ts'
import type { Statistics } from '../statistics/statistics.ts'
import { TriggerCompiler } from '../triggers/compile.ts'
import type { Clock, ExecutionStore } from '../types.ts'
import { checkLimits } from '../validate.ts'
import type { RegisteredTask } from './attempt.ts'
import { Executor } from './executor.ts'
import { JobBook } from './job-book.ts'
import { Pace } from './pace.ts'
import { Planner } from './planner.ts'
import { Slots } from './slots.ts'

export interface Engine {
  readonly store: ExecutionStore
  readonly clock: Clock
  readonly executor: Executor
  readonly planner: Planner
  readonly book: JobBook
}

/** What the parts of an engine share with the scheduler around it. */
export interface Shared {
  readonly events: Emitter
  readonly statistics: Statistics
  readonly tasks: ReadonlyMap<string, RegisteredTask>
}

/** Puts the parts of a scheduler together. @throws SchedulerError `UNKNOWN_TIME_ZONE`, `INVALID_POLICY` */
export function assemble(options: PluginSchedulerOptions, { events, statistics, tasks }: Shared): Engine {
  const { store, clock = systemClock, random = Math.random, timeZone = 'UTC', concurrency } = options
  const limits = typeof concurrency === 'number' ? { total: concurrency } : (concurrency ?? {})
  checkLimits(limits)
  const pace = new Pace(() => clock.now())
  const executor: Executor = new Executor({
    store,
    clock,
    random,
    events,
    newId: options.newId ?? uuidV7(clock),
    statistics,
    slots: new Slots(limits),
    pace,
    task: (name) => tasks.get(name),
    onReleased: (job) => book.released(job),
  })
  const planner = new Planner({
    clock,
    random,
    events,
    executor,
    pace,
    mayFire: (job) => job.config.paused !== true && tasks.has(job.config.task),
  })
  const book: JobBook = new JobBook({
    store,
    clock,
    events,
    compiler: new TriggerCompiler(timeZone),
    planner,
    executor,
    hasTask: (name) => tasks.has(name),
  })
  return { store, clock, executor, planner, book }
}
