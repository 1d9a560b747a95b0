import { ConfigError } from '../errors.ts'
import type { JsonValue } from '../json.ts'
import type { ActionInputs, ConfigInput, ConfigOutput, ConfigSchema, Plugin } from '../plugin.ts'
import { check, inputSchema, writeOnlyValues } from '../schema.ts'
import type { PluginStatus } from '../status.ts'
import { createTestContext, type TestContext, type TestContextOptions } from './test-context.ts'

export interface RunPluginOptions<Schema extends ConfigSchema, Inputs extends ActionInputs>
  extends Omit<TestContextOptions<ConfigOutput<Schema>>, 'config'> {
  /** As an operator writes them. */
  readonly config: ConfigInput<Schema>
  /** Instead of `execute`. */
  readonly action?: {
    readonly [Name in keyof Inputs]: { readonly name: Name; readonly input: ConfigInput<Inputs[Name]> }
  }[keyof Inputs]
}

/** A run under way, in this process. */
export interface TestRun<Config> extends TestContext<Config> {
  /** `running` or `paused`; then `idle` when it succeeded, `error` when it failed, `stopped` when it was stopped. */
  readonly status: PluginStatus
  /** What it returned, as it is kept: JSON. Rejects with what it threw. */
  readonly result: Promise<JsonValue | undefined>
  /** Resolves when the run has the status, at once when it has; rejects when it ended with another. */
  waitFor(status: PluginStatus): Promise<void>
}

/**
 * Runs a plugin, or one of its actions, as a host does, with everything in memory: settings are validated, permissions
 * and secrets are those that the plugin names, secrets are hidden in what it says, and its result has to be JSON.
 * @throws ConfigError when the settings or the input are not valid
 */
export async function runPlugin<Schema extends ConfigSchema, Inputs extends ActionInputs>(
  plugin: Plugin<Schema, Inputs>,
  options: RunPluginOptions<Schema, Inputs>,
): Promise<TestRun<ConfigOutput<Schema>>> {
  const config = (await valid(plugin.config, options.config, 'settings')) as ConfigOutput<Schema>
  const { action: called, ...given } = options
  const action = called === undefined ? undefined : plugin.actions?.[called.name]
  if (called !== undefined && action === undefined) throw new ConfigError(`There is no action ${String(called.name)}.`)
  const input = action === undefined ? undefined : await valid(action.input, called?.input, 'input')
  const hidden = writeOnlyValues(inputSchema(plugin.config, 'config'), options.config as JsonValue)
  const asked = { permissions: plugin.permissions ?? [], secretNames: plugin.secrets ?? [], hidden }
  const test = createTestContext({ ...asked, ...given, config })

  let status: PluginStatus = 'running'
  const watchers = new Set<() => void>()
  const change = (next: PluginStatus) => {
    status = next
    for (const look of watchers) look()
  }
  test.onHeld((held) => change(held ? 'paused' : 'running'))
  const execute = async () => {
    const { context } = test
    const result =
      action === undefined ? await plugin.execute(context) : await action.execute({ ...context, input } as never)
    return result === undefined ? undefined : test.redact(JSON.parse(JSON.stringify(result)) as JsonValue)
  }
  const result = execute().then(
    (value) => {
      change(test.context.signal.aborted ? 'stopped' : 'idle')
      return value
    },
    (error: unknown) => {
      change(test.context.signal.aborted ? 'stopped' : 'error')
      throw error
    },
  )
  // Told to whoever asks for it.
  result.catch(() => undefined)

  return Object.defineProperties(
    {
      result,
      waitFor(wanted: PluginStatus) {
        const { promise, resolve, reject } = Promise.withResolvers<void>()
        const look = () => {
          if (status === wanted) resolve()
          else if (status === 'idle' || status === 'error' || status === 'stopped') {
            reject(new Error(`The run ended with status ${status}; it never was ${wanted} again.`))
          }
        }
        watchers.add(look)
        look()
        return promise.finally(() => watchers.delete(look))
      },
    } as unknown as TestRun<ConfigOutput<Schema>>,
    { ...Object.getOwnPropertyDescriptors(test), status: { enumerable: true, get: () => status } },
  )
}

async function valid(schema: ConfigSchema, value: unknown, what: string): Promise<unknown> {
  const checked = await check(schema, value)
  if (checked.ok) return checked.value
  throw new ConfigError(`The ${what} are not valid. ${checked.issues.join('. ')}.`)
}

export interface PluginContractOptions<Schema extends ConfigSchema> {
  /** Settings that are valid. */
  readonly config: ConfigInput<Schema>
  /** Settings that are not, each to be refused. */
  readonly invalid?: readonly unknown[]
}

const ACTION_NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/

/**
 * Checks what every host relies on: the plugin's form, its schemas, its settings; and that a run that is stopped before
 * it begins does end. Throws an error that says what is wrong.
 */
export async function expectPluginContract<Schema extends ConfigSchema, Inputs extends ActionInputs>(
  plugin: Plugin<Schema, Inputs>,
  { config, invalid = [] }: PluginContractOptions<Schema>,
): Promise<void> {
  const schema = inputSchema(plugin.config, 'config')
  for (const [name, { input }] of Object.entries(plugin.actions ?? {})) {
    if (!ACTION_NAME.test(name)) throw new Error(`"${name}" is no name of an action: use lower-case words with dashes.`)
    inputSchema(input, `actions.${name}.input`)
  }
  writeOnlyValues(schema, JSON.parse(JSON.stringify(config)) as JsonValue)
  await valid(plugin.config, config, 'settings')
  for (const wrong of invalid) {
    if ((await check(plugin.config, wrong)).ok)
      throw new Error(`These settings should be refused: ${JSON.stringify(wrong)}`)
  }
  // Through JSON, as a host reads them from a file.
  await valid(plugin.config, JSON.parse(JSON.stringify(config)), 'settings, once they have been written to a file,')
  const test = createTestContext({
    permissions: plugin.permissions ?? [],
    config: (await valid(plugin.config, config, 'settings')) as ConfigOutput<Schema>,
  })
  test.stop()
  await (async () => plugin.execute(test.context))().catch(() => undefined)
  if (test.events.length > 0 || test.artifacts.size > 0)
    throw new Error('A run that is stopped before it begins must do nothing.')
}
