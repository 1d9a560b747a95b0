import type { Progress, RefbotClient, RunDetails } from '@refbot/client'

export interface FollowOptions {
  /** Ask for the progress in between: it is no event. */
  readonly watched: boolean
  readonly onProgress: (progress: Progress, claimedAt: string) => void
  /** An attempt has failed, and there will be another. */
  readonly onWaiting: (run: RunDetails & { readonly retryAt: string }) => void
}

const LOOK_EVERY_MS = 500

/** Resolves with a run once it is over. Learns of its end from the event stream. */
export async function followRun(
  client: Pick<RefbotClient, 'events' | 'getRun'>,
  id: string,
  { watched, onProgress, onWaiting }: FollowOptions,
): Promise<RunDetails> {
  const over = Promise.withResolvers<RunDetails>()
  const stop = new AbortController()
  const look = async (): Promise<void> => {
    try {
      const run = await client.getRun({ path: { id } })
      if (run.endedAt !== undefined) over.resolve(run)
      else if (run.retryAt !== undefined) onWaiting({ ...run, retryAt: run.retryAt })
      else if (run.progress !== undefined) onProgress(run.progress, run.claimedAt)
    } catch (error) {
      over.reject(error)
    }
  }
  const listen = async (): Promise<void> => {
    // Whatever happened before the stream was open, the first look sees.
    for await (const event of client.events({ signal: stop.signal, onOpen: look })) {
      if (event.type === 'gap' || (event.type === 'run.changed' && event.data.executionId === id)) await look()
    }
  }
  const listening = listen().catch(over.reject)
  const timer = watched ? setInterval(look, LOOK_EVERY_MS) : undefined
  try {
    return await over.promise
  } finally {
    clearInterval(timer)
    stop.abort()
    await listening
  }
}
