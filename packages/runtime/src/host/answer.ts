import { crashed, RunFailure, toRunFailure } from './failure.ts'
import type { PluginProcess } from './process.ts'

/**
 * What a plugin's process answers, unless it ends first, or `endings` say that it is over.
 * @throws RunFailure
 */
export async function answerOf<Answer>(
  process: PluginProcess,
  call: Promise<Answer>,
  ...endings: readonly Promise<never>[]
): Promise<Answer> {
  const exit = process.exited.then((how) => {
    throw crashed(how)
  })
  exit.catch(() => undefined)
  try {
    return await Promise.race([call, exit, process.over, ...endings])
  } catch (error) {
    if (error instanceof RunFailure) throw error
    // A closed pipe is only what a dead process looks like from here: why it died is the better reason.
    throw toRunFailure(process.rpc.$closed ? await exit.catch((crash: unknown) => crash) : error)
  }
}
