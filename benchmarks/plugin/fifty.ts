import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createRefbot } from '../../packages/runtime/src/index.ts'
import { type BenchLine, line, median } from '../lib/line.ts'

const PLUGINS = 50
const ROUNDS = 2
const RESOLUTION_MS = 1
const SDK = new URL('../../packages/plugin-sdk/dist/index.js', import.meta.url).href
const SOURCE = `import { definePlugin, z } from ${JSON.stringify(SDK)}
export default definePlugin({
  config: z.object({}),
  async execute({ progress, sleep }) {
    progress(1, 2)
    await sleep(3_600_000)
  },
})
`

/** Fifty plugins that are due in the same moment: until when do all of them work, and how well does their host answer meanwhile? */
export async function bench(): Promise<BenchLine[]> {
  const rounds: Figures[] = []
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await fiftyAtOnce())
  const of = (pick: (figures: Figures) => number) => median(rounds.map(pick))
  const bench = 'plugin/fifty'
  return [
    line({ bench, metric: `${PLUGINS} due at once, all at work`, unit: 'ms', ours: of(({ readyMs }) => readyMs) }),
    line({
      bench,
      metric: "the host's loop late meanwhile, p99",
      unit: 'ms',
      ours: of(({ p99Ms }) => p99Ms),
      goal: { on: 'ours', op: '<=', value: 50 },
    }),
    line({ bench, metric: 'all of them stopped', unit: 'ms', ours: of(({ stoppedMs }) => stoppedMs) }),
  ]
}

interface Figures {
  readonly readyMs: number
  readonly p99Ms: number
  readonly stoppedMs: number
}

async function fiftyAtOnce(): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'refbot-fifty-'))
  const pluginsDir = join(folder, 'plugins')
  const ids = Array.from({ length: PLUGINS }, (_, n) => `p${n}`)
  for (const id of ids) {
    mkdirSync(join(pluginsDir, id), { recursive: true })
    writeFileSync(join(pluginsDir, id, 'index.js'), SOURCE)
    writeFileSync(join(pluginsDir, id, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(pluginsDir, id, 'plugin_config.json'), '{ "enabled": true, "settings": {} }')
  }
  try {
    await using refbot = await createRefbot({
      mode: 'headless',
      dataDir: join(folder, 'data'),
      pluginsDir,
      limits: { maxRuns: PLUGINS },
      jobs: ids.map((id) => ({ id, plugin: id, at: '2026-01-01T00:00:00Z' })),
    })
    const all = Promise.withResolvers<void>()
    const working = new Set<string>()
    refbot.runs.on('progress', (runId) => {
      if (working.add(runId).size === PLUGINS) all.resolve()
    })
    const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
    delay.enable()
    const began = performance.now()
    await refbot.start()
    await all.promise
    const readyMs = performance.now() - began
    delay.disable()
    const stopping = performance.now()
    await Promise.all([...working].map((id) => refbot.runs.cancel(id)))
    return { readyMs, p99Ms: delay.percentile(99) / 1e6 - RESOLUTION_MS, stoppedMs: performance.now() - stopping }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
