import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import type { JsonValue, PluginStatus } from '@refbot/plugin-sdk'
import { idOfPackage, PACKAGE_KEYWORD } from '@refbot/plugin-sdk/host'
import { readJson as readAny } from '../manager/manifest.ts'
import { createRefbot, type Refbot } from '../refbot.ts'
import type { Settings } from '../runs/index.ts'
import type { RunDetails } from '../store/index.ts'

export interface TestHostOptions {
  /** The plugin's folder: with a `plugin_config.json`, or a package with the keyword `refbot-plugin`. */
  readonly plugin: string
  /** Instead of those that are written. */
  readonly settings?: Settings
  /** Granted to the plugin, by name. */
  readonly secrets?: Readonly<Record<string, string>>
  /** As a configuration names them. */
  readonly proxies?: readonly string[]
}

/** A real host with one plugin: its process, its permissions and its way out are those of production. */
export interface TestHost extends AsyncDisposable {
  readonly refbot: Refbot
  readonly id: string
  /** Runs the plugin to its end. */
  run(settings?: Settings): Promise<RunDetails>
  /** Runs one of its actions to its end. */
  action(name: string, input?: Settings): Promise<RunDetails>
  /** Resolves when the plugin has the status, at once when it has. */
  waitFor(status: PluginStatus): Promise<void>
}

/**
 * Starts a host in a folder of its own, which is gone when it is disposed. The plugin's folder is linked, or copied where
 * its manifest is changed for the test.
 */
export async function startTestHost(options: TestHostOptions): Promise<TestHost> {
  const { settings, secrets = {}, proxies = [] } = options
  const source = resolve(options.plugin)
  await using stack = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'refbot-test-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const id = place(source, folder, { settings, secrets: Object.keys(secrets) })
  const dataDir = join(folder, 'data')
  mkdirSync(join(dataDir, 'secrets'), { recursive: true, mode: 0o700 })
  for (const [name, value] of Object.entries(secrets)) {
    writeFileSync(join(dataDir, 'secrets', name), value, { mode: 0o600 })
  }
  const refbot = stack.use(
    await createRefbot({ mode: 'headless', dataDir, pluginsDir: join(folder, 'plugins'), proxies: [...proxies] }),
  )
  await refbot.start()
  const { plugins, runs, events } = refbot
  const owned = stack.move()
  return {
    refbot,
    id,
    run: async (own) => runs.settled((await plugins.runPlugin(id, 'manual', own)).id),
    action: async (name, input) => runs.settled((await plugins.runAction(id, name, input)).id),
    async waitFor(status) {
      const { promise, resolve: reached, reject } = Promise.withResolvers<void>()
      const look = () => plugins.getPluginStatus(id).then((now) => now === status && reached(), reject)
      // Each change of a status comes with an event.
      const off = events.listen(() => void look())
      await look()
      await promise.finally(off)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function place(
  source: string,
  folder: string,
  wanted: { settings: Settings | undefined; secrets: readonly string[] },
): string {
  const pluginsDir = join(folder, 'plugins')
  mkdirSync(pluginsDir)
  const packageFile = join(source, 'package.json')
  const manifestFile = join(source, 'plugin_config.json')
  const told = existsSync(packageFile) ? readJson(packageFile) : undefined
  const isPackage =
    Array.isArray(told?.keywords) && told.keywords.includes(PACKAGE_KEYWORD) && !existsSync(manifestFile)
  const changes = {
    ...(wanted.settings === undefined ? {} : { settings: wanted.settings as JsonValue }),
    ...(wanted.secrets.length === 0 ? {} : { secrets: wanted.secrets }),
  }
  if (isPackage) {
    const name = String(told?.name)
    const installed = join(folder, 'node_modules', name)
    mkdirSync(dirname(installed), { recursive: true })
    symlinkSync(source, installed, 'junction')
    const id = idOfPackage(name)
    mkdirSync(join(pluginsDir, id))
    writeFileSync(join(pluginsDir, id, 'plugin_config.json'), JSON.stringify({ enabled: true, ...changes }))
    return id
  }
  const id = basename(source)
  const target = join(pluginsDir, id)
  if (Object.keys(changes).length === 0) symlinkSync(source, target, 'junction')
  else {
    cpSync(source, target, { recursive: true, filter: (path) => basename(path) !== 'node_modules' })
    writeFileSync(
      join(target, 'plugin_config.json'),
      JSON.stringify({ ...readJson(manifestFile), enabled: true, ...changes }),
    )
    const modules = nearest(source, 'node_modules')
    if (modules !== undefined) symlinkSync(modules, join(folder, 'node_modules'), 'junction')
  }
  return id
}

function readJson(file: string): Record<string, JsonValue | undefined> {
  return readAny(file) as Record<string, JsonValue | undefined>
}

function nearest(from: string, name: string): string | undefined {
  for (let at = from; ; at = dirname(at)) {
    if (existsSync(join(at, name))) return join(at, name)
    if (at === dirname(at)) return undefined
  }
}
