import { type BenchLine, line, median } from '../lib/line.ts'
import { bareFork, pluginProcess, privateMegabytes } from './lib/start.ts'

const ROUNDS = 9

/** How long from the start of a plugin's process to its first answer, and what it keeps for itself, beside a fork that loads zod and birpc? */
export async function bench(): Promise<BenchLine[]> {
  const ours: Figures[] = []
  const theirs: Figures[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(await measured(pluginProcess))
    theirs.push(await measured(bareFork))
  }
  const peer = 'fork with zod and birpc'
  const bench = 'plugin/process-ready'
  const goal = { on: 'ratio', op: '<=', value: 1.3 } as const
  return [
    line({
      ...{ bench, peer, goal, metric: 'start of the process to its answer', unit: 'ms' },
      ours: median(ours.map(({ ms }) => ms)),
      theirs: median(theirs.map(({ ms }) => ms)),
    }),
    line({
      ...{ bench, peer, goal, metric: 'private memory', unit: 'MB' },
      ours: median(ours.map(({ mb }) => mb)),
      theirs: median(theirs.map(({ mb }) => mb)),
    }),
  ]
}

interface Figures {
  readonly ms: number
  readonly mb: number
}

type Start = () => Promise<AsyncDisposable & { readonly pid: number }>

async function measured(start: Start): Promise<Figures> {
  const began = performance.now()
  await using child = await start()
  const ms = performance.now() - began
  return { ms, mb: privateMegabytes(child.pid) }
}
