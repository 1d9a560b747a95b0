import type { RetryPolicy, ScheduleConfig } from '@refbot/scheduler'
import { STOP_LIMIT_MS } from '../host/index.ts'
import { RUN_TASK } from '../store/index.ts'

/** What `NotReadyError` fails an attempt with. */
export const NOT_READY = 'PLUGIN_NOT_READY'

/**
 * From seconds, for what only boots, to ten minutes, for what is being repaired; drawn, so that plugins which wait for
 * the same thing do not ask for it in the same moment. A bit over an hour in all.
 */
const WHEN_NOT_READY: RetryPolicy = { attempts: 20, delayMs: 5000, maxDelayMs: 600_000, jitter: 'full' }

/** What every job has in common that runs a plugin. */
export function runJob(whenNotReady: RetryPolicy = WHEN_NOT_READY) {
  return {
    task: RUN_TASK,
    concurrencyKey: RUN_TASK,
    abortGraceMs: STOP_LIMIT_MS,
    retryOn: { [NOT_READY]: whenNotReady },
  } satisfies Partial<ScheduleConfig>
}
