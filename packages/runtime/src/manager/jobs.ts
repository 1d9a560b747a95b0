import type { PluginSchedule, RunCause } from '@refbot/plugin-sdk'
import type { PluginScheduler, ScheduleConfig, Trigger } from '@refbot/scheduler'
import { runJob } from '../runs/index.ts'

/** The schedules of plugins, each as one job of the scheduler. */
export class PluginJobs {
  readonly #scheduler: PluginScheduler
  readonly #timeZone: string | undefined

  constructor(scheduler: PluginScheduler, timeZone: string | undefined) {
    this.#scheduler = scheduler
    this.#timeZone = timeZone
  }

  async arm(plugin: string, schedule: PluginSchedule | undefined): Promise<void> {
    if (schedule === undefined) return this.disarm(plugin)
    const config: ScheduleConfig = {
      ...runJob(),
      id: PREFIX + plugin,
      input: { plugin, cause: 'schedule' satisfies RunCause },
      origin: 'plugin',
      triggers: triggerOf(schedule, this.#timeZone),
    }
    await this.#scheduler.replace(config)
  }

  async disarm(plugin: string): Promise<void> {
    if (this.#scheduler.job(PREFIX + plugin) !== undefined) await this.#scheduler.remove(PREFIX + plugin)
  }

  /** Epoch milliseconds; undefined while it is not armed. */
  nextAt(plugin: string): number | undefined {
    return this.#scheduler.job(PREFIX + plugin)?.nextAt
  }

  /** Plugins that have a job. */
  armed(): readonly string[] {
    return this.#scheduler
      .jobs()
      .map(({ config }) => config.id)
      .filter((id) => id.startsWith(PREFIX))
      .map((id) => id.slice(PREFIX.length))
  }
}

const PREFIX = 'plugin:'

function triggerOf(schedule: PluginSchedule, timeZone: string | undefined): Trigger {
  if ('everyMs' in schedule) return { type: 'interval', everyMs: schedule.everyMs }
  const zone = schedule.timeZone ?? timeZone
  return { type: 'cron', expression: schedule.cron, ...(zone === undefined ? {} : { timeZone: zone }) }
}
