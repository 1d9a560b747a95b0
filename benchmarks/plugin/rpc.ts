import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { deserialize, serialize } from 'node:v8'
import { createBirpc } from 'birpc'
import { MetricsAggregator } from '../../packages/analytics/src/index.ts'
import { HOST_INTAKE } from '../../packages/runtime/src/host/intake.ts'
import { toBatch } from '../../packages/runtime/src/host/metric-batch.ts'
import { hostCalls } from '../../packages/runtime/src/host/protocol.ts'
import { connect } from '../../packages/runtime/src/host/rpc.ts'
import { recordBatch } from '../../packages/runtime/src/runs/metrics.ts'
import { type BenchLine, line, median } from '../lib/line.ts'
import { bareChannel } from './lib/bare.ts'

const CALLS = 5000
const IN_FLIGHT = 100
const ROUNDS = 5
const SAMPLES = 10_000
const BATCH = 2000
const VALUE = { id: 7, text: 'a value of an ordinary size', list: [1, 2, 3] }

interface Echo {
  echo(value: unknown): Promise<unknown>
}

/** How many calls a second over the pipe of a plugin's process, beside birpc alone; and what 10,000 samples cost the host. */
export async function bench(): Promise<BenchLine[]> {
  // Before anything is warm: so the first burst of a host's life finds it.
  const first = burst()
  const [ours, theirs]: [number[], number[]] = [[], []]
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(await perSecond('ours'))
    theirs.push(await perSecond('bare'))
  }
  return [
    line({
      bench: 'plugin/rpc',
      metric: `calls, ${IN_FLIGHT} in flight`,
      unit: '1/s',
      ours: median(ours),
      peer: 'bare birpc on the same pipe',
      theirs: median(theirs),
      goal: { on: 'ratio', op: '>=', value: 0.8 },
    }),
    line({
      bench: 'plugin/rpc',
      metric: `${SAMPLES} samples, read, checked and counted`,
      unit: 'ms',
      ours: median(Array.from({ length: 21 }, burst)),
      goal: { on: 'ours', op: '<=', value: 20 },
    }),
    line({
      bench: 'plugin/rpc',
      metric: `${SAMPLES} samples, the first of a host's life`,
      unit: 'ms',
      ours: first,
      goal: { on: 'ours', op: '<=', value: 20 },
    }),
  ]
}

async function perSecond(kind: 'ours' | 'bare'): Promise<number> {
  const child = spawn(
    process.execPath,
    ['--conditions=@refbot/source', join(import.meta.dirname, 'lib', 'echo.ts'), kind],
    { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] },
  )
  const pipe = child.stdio[3] as Duplex
  const rpc: Echo =
    kind === 'ours'
      ? connect<Echo, object>(pipe, {}, (error) => child.emit('error', error), HOST_INTAKE)
      : createBirpc<Echo, object>({}, { ...bareChannel(pipe), serialize, deserialize })
  await many(rpc, 1000)
  const began = performance.now()
  await many(rpc, CALLS)
  const took = performance.now() - began
  child.kill('SIGKILL')
  await once(child, 'exit')
  return (CALLS / took) * 1000
}

async function many({ echo }: Echo, calls: number): Promise<void> {
  let left = calls
  const worker = async () => {
    while (left-- > 0) await echo(VALUE)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker))
}

/** What the host's loop does for them: out of their frames, checked, and counted. */
function burst(): number {
  const now = Date.now()
  const frames = Array.from({ length: SAMPLES / BATCH }, (_, frame) => {
    const samples = Array.from({ length: BATCH }, (_, n) => ({
      name: 'sign.up',
      value: n,
      labels: { step: 'a' },
      at: now + frame,
    }))
    return serialize({ t: 'q', i: 'a', m: 'metrics', a: [toBatch(samples)] })
  })
  const analytics = new MetricsAggregator()
  const began = performance.now()
  for (const frame of frames) {
    const { a } = deserialize(frame) as { a: unknown[] }
    recordBatch(analytics, 'a', hostCalls.metrics.parse(a)[0])
  }
  return performance.now() - began
}
