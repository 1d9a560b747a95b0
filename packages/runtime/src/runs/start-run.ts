import type { RunCause } from '@refbot/plugin-sdk'
import type { ExecutionRecord } from '@refbot/scheduler'
import { RefbotError } from '../errors.ts'
import type { RunRecord } from '../store/index.ts'
import { runJob } from './run-job.ts'
import type { RunRequest, RunsOptions } from './types.ts'

/** What is stored as a run's input. */
export interface RunInput extends RunRequest {
  readonly plugin: string
  readonly cause: RunCause
}

/**
 * Starts a run now, as a one-shot job. Resolves once its claim is durable; `signal` says that there will be none.
 * @throws RefbotError `STORE_DISK_FULL`, `RUN_NOT_CLAIMED`; nothing is left that could run later then.
 */
export async function startRun(
  { scheduler, newId, now }: Pick<RunsOptions, 'scheduler' | 'newId' | 'now'>,
  input: RunInput,
  signal: AbortSignal,
): Promise<RunRecord> {
  const { plugin, cause } = input
  const id = `run:${plugin}:${newId()}`
  const claimed = Promise.withResolvers<ExecutionRecord>()
  claimed.promise.catch(() => undefined)
  const closed = () => claimed.reject(signal.reason)
  signal.addEventListener('abort', closed, { once: true })
  const offs = [
    () => signal.removeEventListener('abort', closed),
    scheduler.on('job:fired', (fired) => {
      if (fired.jobId === id) claimed.resolve(fired.execution)
    }),
    scheduler.on('scheduler:store-failed', ({ operation, error, jobIds = [] }) => {
      if (operation === 'claim' && jobIds.includes(id)) claimed.reject(notClaimed(plugin, error))
    }),
  ]
  try {
    await scheduler.add({
      ...runJob(),
      id,
      input,
      origin: 'api',
      triggers: { type: 'at', at: now() },
      overlap: 'allow',
    })
    return { ...(await claimed.promise), plugin, cause }
  } catch (error) {
    // Otherwise it would fire when nobody expects it any more.
    await scheduler.remove(id).catch(() => undefined)
    throw error
  } finally {
    for (const off of offs) off()
  }
}

/** On a full disk as the store says it, with its own next step. */
function notClaimed(plugin: string, cause: unknown): RefbotError {
  const text = cause instanceof Error ? cause.message : String(cause)
  const full = cause instanceof RefbotError && cause.code === 'STORE_DISK_FULL' ? cause : undefined
  return new RefbotError(
    full?.code ?? 'RUN_NOT_CLAIMED',
    `A run of ${plugin} could not be stored, so it was not started: ${text}`,
    { hint: full?.hint ?? 'Look at the room on the disk and at `refbot store check`.', cause },
  )
}
