import { isDeepStrictEqual } from 'node:util'
import type { DesiredState, RunCause } from '@refbot/plugin-sdk'
import type { PluginScheduler, RetryPolicy, ScheduleConfig } from '@refbot/scheduler'
import { type ConfigJob, triggerOfJob } from '../config/index.ts'
import { runJob } from '../runs/index.ts'
import type { Store } from '../store/index.ts'

export interface ConfigJobsOptions {
  readonly scheduler: PluginScheduler
  readonly plugins: Pick<Store['plugins'], 'desired'>
  readonly jobs: readonly ConfigJob[]
  /** In which cron expressions without a zone are read. */
  readonly timeZone?: string | undefined
}

const PREFIX = 'config:'

/** Keeps the scheduler's jobs as the configuration says; jobs of a plugin that was stopped or paused do not fire. */
export class ConfigJobs {
  readonly #options: ConfigJobsOptions
  #jobs: readonly ConfigJob[]
  #last: Promise<void> = Promise.resolve()

  constructor(options: ConfigJobsOptions) {
    this.#options = options
    this.#jobs = options.jobs
  }

  /** Arms new jobs, arms changed ones anew, and takes away what is not named any more. What runs goes on. */
  apply(jobs: readonly ConfigJob[]): Promise<void> {
    this.#jobs = jobs
    return this.follow()
  }

  /** Brings the scheduler in line once more: at its start, and after plugins were started or stopped. */
  follow(): Promise<void> {
    const turn = this.#last.then(() => this.#reconcile())
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #reconcile(): Promise<void> {
    const { scheduler, plugins } = this.#options
    const desired = await plugins.desired()
    const wanted = new Map(this.#jobs.map((job) => [PREFIX + job.id, this.#scheduled(job, desired[job.plugin])]))
    const present = new Map(scheduler.jobs().map(({ config }) => [config.id, config]))
    const changes: Promise<unknown>[] = []
    for (const id of present.keys()) if (id.startsWith(PREFIX) && !wanted.has(id)) changes.push(scheduler.remove(id))
    for (const [id, config] of wanted) {
      const change = changeOf(present.get(id), config)
      if (change !== undefined) changes.push(change === 'replace' ? scheduler.replace(config) : scheduler[change](id))
    }
    const failed = (await Promise.allSettled(changes)).find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  #scheduled(job: ConfigJob, desired: DesiredState | undefined): ScheduleConfig {
    const { id, plugin, overlap, misfire, onAbandoned } = job
    const zone = job.timeZone ?? this.#options.timeZone
    return {
      ...runJob(job.notReady === undefined ? undefined : plain(job.notReady)),
      id: PREFIX + id,
      input: { plugin, cause: 'schedule' satisfies RunCause },
      origin: 'config',
      triggers: triggerOfJob({ ...job, timeZone: job.cron === undefined ? undefined : zone }),
      overlap,
      misfire,
      onAbandoned,
      ...(job.timeoutMs === undefined ? {} : { timeoutMs: job.timeoutMs }),
      ...(job.retry === undefined ? {} : { retry: plain(job.retry) }),
      ...(job.paused || desired === 'stopped' || desired === 'paused' ? { paused: true } : {}),
    }
  }
}

/** Without keys that have no value. */
function plain(policy: NonNullable<ConfigJob['retry']>): RetryPolicy {
  return JSON.parse(JSON.stringify(policy)) as RetryPolicy
}

/** A pause leaves the due times alone; with another trigger or policy the job is put in place anew. */
function changeOf(
  before: ScheduleConfig | undefined,
  after: ScheduleConfig,
): 'replace' | 'pause' | 'resume' | undefined {
  if (before === undefined) return 'replace'
  const { paused: wasPaused = false, ...old } = before
  const { paused = false, ...wanted } = after
  if (!isDeepStrictEqual(old, wanted)) return 'replace'
  if (paused === wasPaused) return undefined
  return paused ? 'pause' : 'resume'
}
