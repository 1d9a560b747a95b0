import { fork } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PluginProcess } from '../../packages/runtime/src/host/process.ts'
import type { HostApi } from '../../packages/runtime/src/host/protocol.ts'
import { type BenchLine, line, median } from '../lib/line.ts'

const ROUNDS = 21
const PLUGIN = { url: pathToFileURL(join(import.meta.dirname, 'lib', 'plugin.js')).href, exportName: 'plugin' }
const PEER = join(import.meta.dirname, 'lib', 'fork.js')

/** How long from the start of a plugin's process to its first answer, beside a fork that loads zod and birpc? */
export async function bench(): Promise<BenchLine[]> {
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(await pluginProcess())
    theirs.push(await bareFork())
  }
  return [
    line({
      bench: 'plugin/process-ready',
      metric: 'start of the process to its answer',
      unit: 'ms',
      ours: median(ours),
      peer: 'fork with zod and birpc',
      theirs: median(theirs),
      goal: { on: 'ratio', op: '<=', value: 1.3 },
    }),
  ]
}

async function pluginProcess(): Promise<number> {
  const began = performance.now()
  await using child = new PluginProcess({
    marks: {},
    cwd: tmpdir(),
    tmpDir: tmpdir(),
    api: {} as HostApi,
    onOutput: () => undefined,
  })
  await child.rpc.describe(PLUGIN, {})
  return performance.now() - began
}

async function bareFork(): Promise<number> {
  const began = performance.now()
  const child = fork(PEER, [], { execArgv: [], cwd: tmpdir() })
  await once(child, 'message')
  const took = performance.now() - began
  child.kill('SIGKILL')
  await once(child, 'exit')
  return took
}
