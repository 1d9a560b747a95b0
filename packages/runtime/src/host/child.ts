import { Socket } from 'node:net'
import { API_VERSION, type ConfigSchema, type JsonValue, type Plugin } from '@refbot/plugin-sdk'
import { RefbotError } from '../errors.ts'
import { createContext } from './child-context.ts'
import type { ChildApi, HostApi, PluginCode } from './protocol.ts'
import { connect } from './rpc.ts'

/** The pipe that the host opened for this process. */
const PIPE_FD = 3

const pipe = new Socket({ fd: PIPE_FD, readable: true, writable: true })
const abort = new AbortController()

const api: ChildApi = {
  async describe(code, config) {
    const plugin = await load(code)
    const checked = await plugin.config['~standard'].validate(config)
    return {
      apiVersion: plugin.apiVersion,
      permissions: plugin.permissions ?? [],
      schedule: plugin.schedule,
      configSchema: jsonSchema(plugin.config),
      configIssues: issuesOf(checked.issues),
    }
  },

  async execute({ code, config, run, artifactsDir }) {
    const plugin = await load(code)
    const checked = await plugin.config['~standard'].validate(config)
    if (checked.issues !== undefined) {
      throw new RefbotError(
        'PLUGIN_CONFIG_INVALID',
        `The configuration is not valid: ${issuesOf(checked.issues).join('; ')}.`,
        {
          hint: `Correct the settings of ${run.plugin} in its plugin_config.json.`,
        },
      )
    }
    const context = createContext({ host, run, config: checked.value, artifactsDir, signal: abort.signal })
    try {
      const result: unknown = await plugin.execute(context)
      return result === undefined ? undefined : (JSON.parse(JSON.stringify(result)) as JsonValue)
    } finally {
      await context.settle()
    }
  },

  abort(reason) {
    abort.abort(new Error(reason))
  },
}

const host = connect<HostApi, ChildApi>(pipe, api, () => process.exit(1))
pipe.once('close', () => process.exit(0))

async function load({ url, exportName }: PluginCode): Promise<Plugin> {
  let module: Record<string, unknown>
  try {
    module = (await import(url)) as Record<string, unknown>
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw new RefbotError('PLUGIN_LOAD_FAILED', `The plugin's code cannot be loaded: ${text}`, {
      hint: 'Check that it is built and that its dependencies are installed.',
      cause: error,
    })
  }
  const plugin = module[exportName]
  if (!isPlugin(plugin)) {
    throw new RefbotError('PLUGIN_INVALID', `The export "${exportName}" of ${url} is no plugin.`, {
      hint: 'Export the result of definePlugin(), and name that export in "class".',
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

function jsonSchema(schema: ConfigSchema): JsonValue {
  try {
    return schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' }) as JsonValue
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw new RefbotError('PLUGIN_CONFIG_SCHEMA_INVALID', `The config schema has no JSON form: ${text}`, {
      hint: 'Use types that JSON Schema can express on the input side.',
    })
  }
}

type Issues = readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[]

function issuesOf(issues: Issues | undefined): string[] {
  return (issues ?? []).map(({ message, path = [] }) => {
    const place = path.map((part) =>
      String(typeof part === 'object' && part !== null && 'key' in part ? part.key : part),
    )
    return place.length === 0 ? message : `${place.join('.')}: ${message}`
  })
}
