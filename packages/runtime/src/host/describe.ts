import { randomUUID } from 'node:crypto'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JsonValue } from '@refbot/plugin-sdk'
import { RefbotError } from '../errors.ts'
import { answerOf } from './answer.ts'
import { LOAD_LIMIT_MS, LoadDeadline } from './load-deadline.ts'
import {
  type ActionCall,
  firstIssue,
  type HostApi,
  hostCalls,
  type PluginCode,
  type PluginDescription,
  PROTOCOL_VERSION,
  pluginDescription,
} from './protocol.ts'
import { startProcess } from './start.ts'
import { RUN_VARIABLE, sweepProcesses } from './sweep.ts'

export interface DescribeOptions {
  /** By which the process can be found. */
  readonly marks: Readonly<Record<string, string>>
  /** The plugin's folder; default: that of its code. */
  readonly directory?: string
  readonly permissions?: readonly string[]
  /** Checked as well. */
  readonly action?: ActionCall | undefined
  /** Default 30,000. */
  readonly timeoutMs?: number
}

/**
 * Asks a plugin what it is, in a process of its own: its code never runs in this one.
 * @throws RunFailure when it cannot be loaded.
 */
export async function describePlugin(
  code: PluginCode,
  config: JsonValue,
  { marks, directory, permissions = [], action, timeoutMs = LOAD_LIMIT_MS }: DescribeOptions,
): Promise<PluginDescription> {
  const load = `load:${randomUUID()}`
  // After the process is gone: its code ran, and may have started others.
  using _left = { [Symbol.dispose]: () => void sweepProcesses(RUN_VARIABLE, load) }
  await using process = await startProcess({
    marks: { ...marks, [RUN_VARIABLE]: load },
    code,
    directory: directory ?? dirname(fileURLToPath(code.url)),
    permissions: new Set(permissions),
    api: noApi(),
    onOutput: () => undefined,
  })
  using deadline = new LoadDeadline(timeoutMs)
  const request = { protocol: PROTOCOL_VERSION, code, config, ...(action === undefined ? {} : { action }) }
  return checked(await answerOf(process, process.rpc.describe(request), deadline.late))
}

/** @throws RefbotError `PLUGIN_INVALID` */
function checked(description: unknown): PluginDescription {
  const parsed = pluginDescription.safeParse(description)
  if (parsed.success) return parsed.data
  throw new RefbotError('PLUGIN_INVALID', `The plugin's definition is not valid. ${firstIssue(parsed.error)}.`, {
    hint: 'Correct that part of what definePlugin() is given.',
  })
}

/** A plugin that is only asked what it is has nothing to ask for. */
function noApi(): HostApi {
  const refuse = async () => {
    throw new RefbotError('PLUGIN_NOT_RUNNING', 'A plugin may use its host only while it runs.')
  }
  return Object.fromEntries(Object.keys(hostCalls).map((name) => [name, refuse])) as unknown as HostApi
}
