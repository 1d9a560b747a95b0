import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, parse } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { INSTANCE_VARIABLE, markedProcesses } from '../host/sweep.ts'
import { createRefbot, type Refbot } from '../refbot.ts'
import type { Settings } from '../runs/index.ts'
import type { RunDetails } from '../store/index.ts'

const FIXTURES = join(import.meta.dirname, 'fixtures')

/** What the plugins of the zoo are allowed, where it is not the host's own. */
const MANIFESTS: Readonly<Record<string, object>> = {
  buffers: { limits: { memoryMb: 200 } },
  'detaches-at-import': { permissions: ['processes'] },
  heap: { limits: { memoryMb: 200 } },
  'never-yields': { limits: { hangMs: 2000 } },
}

/** One host, every hostile plugin, and one that behaves, which runs all the while. */
export interface Zoo extends AsyncDisposable {
  readonly bot: Refbot
  readonly dataDir: string
  readonly pluginsDir: string
  run(plugin: string, settings?: Settings): Promise<RunDetails>
  /** Processes of this instance besides that of the plugin that behaves. */
  strays(): readonly number[]
  /** Of what the plugin that behaves says. */
  steadySteps(): number
  log(run: RunDetails): string
}

export async function openZoo(): Promise<Zoo> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'refbot-zoo-')))
  await using stack = new AsyncDisposableStack()
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const pluginsDir = join(folder, 'plugins')
  for (const { name } of readdirSync(FIXTURES, { withFileTypes: true }).map(({ name: file }) => parse(file))) {
    mkdirSync(join(pluginsDir, name), { recursive: true })
    cpSync(join(FIXTURES, `${name}.ts`), join(pluginsDir, name, 'index.ts'))
    writeFileSync(join(pluginsDir, name, 'plugin_config.json'), JSON.stringify(MANIFESTS[name] ?? {}))
  }
  cpSync(join(pluginsDir, 'exits'), join(pluginsDir, 'linked'), { recursive: true })
  symlinkSync('../steady', join(pluginsDir, 'linked', 'inside'))
  symlinkSync(join(import.meta.dirname, '..', '..', 'node_modules'), join(folder, 'node_modules'))
  const dataDir = join(folder, 'data')
  const bot = stack.use(
    await createRefbot({ dataDir, pluginsDir, mode: 'headless' }, { stopTimes: { graceMs: 500, termMs: 300 } }),
  )
  await bot.start()
  const steady = await bot.plugins.startPlugin('steady')
  const pid = await new Promise<number>((resolve) => {
    const off = bot.runs.on('progress', (_, { message = '' }) => {
      off()
      resolve(Number(message.replace('pid ', '')))
    })
  })
  const owned = stack.move()
  return {
    bot,
    dataDir,
    pluginsDir,
    run: async (plugin, settings) => bot.runs.settled((await bot.plugins.runPlugin(plugin, 'manual', settings)).id),
    strays: () => markedProcesses(INSTANCE_VARIABLE, dataDir).filter((each) => each !== pid),
    steadySteps: () => bot.runs.progress(steady.id)?.done ?? 0,
    log: ({ id }) => readFileSync(bot.runs.logFile(id), 'utf8'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** In megabytes, after garbage is collected: what this process holds on to, in its heap and beside it. */
export function heldMegabytes(): number {
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 1024 / 1024
}
