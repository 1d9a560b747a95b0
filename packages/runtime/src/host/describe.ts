import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JsonValue } from '@refbot/plugin-sdk'
import { RefbotError } from '../errors.ts'
import { crashed, toRunFailure } from './failure.ts'
import { PluginProcess } from './process.ts'
import { type HostApi, hostCalls, type PluginCode, type PluginDescription } from './protocol.ts'

/**
 * Asks a plugin what it is, in a process of its own: its code never runs in this one.
 * @throws RunFailure when it cannot be loaded.
 */
export async function describePlugin(code: PluginCode, config: JsonValue): Promise<PluginDescription> {
  await using process = new PluginProcess({
    marks: {},
    cwd: dirname(fileURLToPath(code.url)),
    tmpDir: tmpdir(),
    api: noApi(),
    onOutput: () => undefined,
  })
  const exit = process.exited.then((how) => {
    throw crashed(how)
  })
  exit.catch(() => undefined)
  try {
    return await Promise.race([process.rpc.describe(code, config), exit])
  } catch (error) {
    throw toRunFailure(process.rpc.$closed ? await exit.catch((crash: unknown) => crash) : error)
  }
}

/** A plugin that is only asked what it is has nothing to ask for. */
function noApi(): HostApi {
  const refuse = async () => {
    throw new RefbotError('PLUGIN_NOT_RUNNING', 'A plugin may use its host only while it runs.')
  }
  return Object.fromEntries(Object.keys(hostCalls).map((name) => [name, refuse])) as unknown as HostApi
}
