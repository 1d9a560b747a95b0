import type { ConfigChange, LoadConfigOptions, Refbot } from '@refbot/runtime'
import type { Announcer } from './announce.ts'
import type { ServiceManager } from './service-manager.ts'

export interface ReloaderOptions {
  readonly refbot: Refbot
  readonly request: LoadConfigOptions
  readonly loadConfig: typeof import('@refbot/runtime').loadConfig
  readonly announce: Announcer
  readonly manager: ServiceManager
  /** What systemd shows once it is over. */
  readonly status: () => string
}

/**
 * Reads the configuration again, however it was asked for, and tells the operator and systemd what came of it. Calls take
 * their turns, so that the last one reads what was written last.
 * @throws as `loadConfig` and `Refbot.reload`
 */
export function reloader(options: ReloaderOptions): () => Promise<readonly ConfigChange[]> {
  let last: Promise<unknown> = Promise.resolve()
  return () => {
    const turn = last.then(() => reload(options))
    last = turn.catch(() => undefined)
    return turn
  }
}

async function reload({ refbot, request, loadConfig, announce, manager, status }: ReloaderOptions) {
  await manager.reloading()
  try {
    const changes = await refbot.reload((await loadConfig(request)).config)
    announce.reloaded(changes)
    return changes
  } catch (error) {
    announce.notReloaded(error)
    throw error
  } finally {
    await manager.ready(status())
  }
}
