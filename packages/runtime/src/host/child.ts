import { Socket } from 'node:net'
import { API_VERSION, BasePlugin, type ConfigSchema, type JsonValue, type Plugin } from '@refbot/plugin-sdk'
import {
  type BasePluginClass,
  check,
  createContext,
  inputSchema,
  type PauseGate,
  pluginOfClass,
  systemClock,
} from '@refbot/plugin-sdk/host'
import { RefbotError } from '../errors.ts'
import { createPort, written } from './child-port.ts'
import { type ActionCall, type ChildApi, type HostApi, type PluginCode, PROTOCOL_VERSION } from './protocol.ts'
import { RemoteError, toWire } from './remote-error.ts'
import { connect } from './rpc.ts'

/** The pipe that the host opened for this process. */
const PIPE_FD = 3
const BEAT_MS = 1000

const pipe = new Socket({ fd: PIPE_FD, readable: true, writable: true })
const abort = new AbortController()
let gate: PauseGate | undefined
/** As the host last asked, which may be before there is a gate. */
let paused = false

const api: ChildApi = {
  async describe({ protocol, code, config, action }) {
    checkProtocol(protocol)
    const plugin = await load(code)
    const checked = await check(plugin.config, config)
    const issues = checked.ok ? [] : [...checked.issues]
    if (action !== undefined) issues.push(...(await actionIssues(plugin, action)))
    return {
      apiVersion: plugin.apiVersion,
      permissions: plugin.permissions ?? [],
      secrets: plugin.secrets ?? [],
      schedule: plugin.schedule,
      configSchema: inputSchema(plugin.config, 'config'),
      actions: Object.fromEntries(
        Object.entries(plugin.actions ?? {}).map(([name, { description = '', input }]) => [
          name,
          { description, input: inputSchema(input, `actions.${name}.input`) },
        ]),
      ),
      configIssues: issues,
    }
  },

  async execute({ protocol, code, config, run, action, artifactsDir }) {
    checkProtocol(protocol)
    const plugin = await load(code)
    const settings = await checked(plugin.config, config, `The settings of ${run.plugin} are not valid`)
    const port = createPort({ host, artifactsDir, signal: abort.signal })
    // Whatever ends this process, what was said right before tells most.
    process.once('exit', () => port.lastWords())
    const created = createContext({ port, run, config: settings, signal: abort.signal, clock: systemClock })
    gate = created.gate
    if (paused) gate.pause()
    try {
      const result: unknown =
        action === undefined
          ? await plugin.execute(created.context)
          : await executeAction(plugin, action, created.context)
      return result === undefined ? undefined : (JSON.parse(JSON.stringify(result)) as JsonValue)
    } catch (error) {
      // Whatever was thrown, even nothing at all: a failure that could not be told would look like success.
      throw new RemoteError(toWire(error))
    } finally {
      await created.settle()
      await port.settle()
    }
  },

  abort(reason) {
    abort.abort(new Error(reason))
  },
  pause() {
    paused = true
    gate?.pause()
  },
  resume() {
    paused = false
    gate?.resume()
  },
}

const host = connect<HostApi, ChildApi>(pipe, api, () => process.exit(1))
pipe.once('close', () => process.exit(0))
setInterval(() => {
  const { user, system } = process.cpuUsage()
  const beat = { rssBytes: process.memoryUsage.rss(), cpuMs: (user + system) / 1000 }
  void host.beat.asEvent(beat).catch(() => undefined)
}, BEAT_MS).unref()

function checkProtocol(protocol: number): void {
  if (protocol === PROTOCOL_VERSION) return
  throw new RefbotError(
    'PLUGIN_PROTOCOL_MISMATCH',
    `The host speaks version ${protocol}, its plugin process ${PROTOCOL_VERSION}.`,
    {
      hint: 'RefBot was updated while it ran: restart it.',
    },
  )
}

async function load({ url, exportName }: PluginCode): Promise<Plugin> {
  let module: Record<string, unknown>
  try {
    module = (await import(url)) as Record<string, unknown>
    void host.loaded.asEvent().catch(() => undefined)
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw new RefbotError('PLUGIN_LOAD_FAILED', `The plugin's code cannot be loaded: ${text}`, {
      hint: 'Check that it is built and that its dependencies are installed.',
      cause: error,
    })
  }
  const exported = module[exportName]
  const plugin = isPluginClass(exported) ? pluginOfClass(exported, connectInstance) : exported
  if (!isPlugin(plugin)) {
    throw new RefbotError('PLUGIN_INVALID', `The export "${exportName}" of ${url} is no plugin.`, {
      hint: 'Export the result of definePlugin(), or a class that extends BasePlugin, and name that export in "class".',
    })
  }
  if (plugin.apiVersion !== API_VERSION) {
    throw new RefbotError(
      'PLUGIN_API_UNSUPPORTED',
      `The plugin speaks version ${plugin.apiVersion} of the contract, this host version ${API_VERSION}.`,
      { hint: 'Install the release of the plugin that fits this version of RefBot.' },
    )
  }
  return plugin
}

const connectInstance: Parameters<typeof pluginOfClass>[1] = (instance, context) =>
  instance.bind({
    context: context as never,
    setConfig: (settings) => host.setConfig(written(settings) as Parameters<HostApi['setConfig']>[0]),
    held: () => gate?.held === true,
  })

function isPluginClass(value: unknown): value is BasePluginClass {
  // By what it is called as well: a plugin's own copy of the SDK has a BasePlugin of its own.
  if (typeof value !== 'function') return false
  for (let at: unknown = value; typeof at === 'function'; at = Object.getPrototypeOf(at)) {
    if (at === BasePlugin || at.name === 'BasePlugin') return true
  }
  return false
}

function isPlugin(value: unknown): value is Plugin {
  return (
    typeof value === 'object' &&
    value !== null &&
    'apiVersion' in value &&
    'execute' in value &&
    typeof value.execute === 'function' &&
    'config' in value
  )
}

function actionOf(plugin: Plugin, name: string) {
  const action = Object.hasOwn(plugin.actions ?? {}, name) ? plugin.actions?.[name] : undefined
  if (action !== undefined) return action
  const known = Object.keys(plugin.actions ?? {}).join(', ') || 'none'
  throw new RefbotError('PLUGIN_ACTION_UNKNOWN', `The plugin has no action ${JSON.stringify(name)}.`, {
    hint: `Its actions: ${known}.`,
  })
}

async function actionIssues(plugin: Plugin, { name, input }: ActionCall): Promise<readonly string[]> {
  const result = await check(actionOf(plugin, name).input, input)
  return result.ok ? [] : result.issues.map((issue) => `${name}: ${issue}`)
}

async function executeAction(plugin: Plugin, { name, input }: ActionCall, context: Parameters<Plugin['execute']>[0]) {
  const action = actionOf(plugin, name)
  const valid = await checked(action.input, input, `The input of ${name} is not valid`)
  return action.execute({ ...context, input: valid })
}

async function checked(schema: ConfigSchema, value: unknown, sentence: string): Promise<unknown> {
  const result = await check(schema, value)
  if (result.ok) return result.value
  throw new RefbotError('PLUGIN_CONFIG_INVALID', `${sentence}. ${result.issues.join('. ')}.`, {
    hint: 'Correct them in its plugin_config.json, or in the call.',
  })
}
