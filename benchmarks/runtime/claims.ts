import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type BenchLine, line, median } from '../lib/line.ts'
import { Folder } from './lib/history.ts'

const ROUNDS = 5
/** One by one, and as many as a busy scheduler has under way. */
const LOADS = [
  { waiting: 1, claims: 500 },
  { waiting: 50, claims: 5000 },
]

/** How many durable claims a second, beside bare commits of one row through the same thread model? */
export async function bench(): Promise<BenchLine[]> {
  using folder = new Folder()
  await using store = await folder.open()
  await using bare = await Bare.start(join(folder.path, 'bare.db'))
  let next = 0
  const ours = (id: number) =>
    store.executions.claim({
      id: `0190-${String(id).padStart(9, '0')}`,
      jobId: 'job',
      task: 'plugin',
      input: { plugin: 'shop', cause: 'schedule' },
      scheduledAt: id,
      claimedAt: id,
      status: 'running',
      attempts: [{ number: 1, startedAt: id }],
    })
  const lines: BenchLine[] = []
  for (const { waiting, claims } of LOADS) {
    const speeds: [number[], number[]] = [[], []]
    for (let round = 0; round < ROUNDS; round += 1) {
      speeds[0].push(await speed(ours, waiting, claims))
      speeds[1].push(await speed((id) => bare.claim(id), waiting, claims))
    }
    lines.push(
      line({
        bench: 'runtime/claims',
        metric: `durable claims, ${waiting} under way`,
        unit: '1/s',
        ours: median(speeds[0]),
        peer: 'node:sqlite FULL in a thread',
        theirs: median(speeds[1]),
        ...(waiting === 1 ? { goal: { on: 'ratio', op: '>=', value: 0.6 } as const } : {}),
      }),
    )
  }
  return lines

  async function speed(claim: (id: number) => Promise<unknown>, waiting: number, claims: number): Promise<number> {
    const began = performance.now()
    let left = claims
    await Promise.all(
      Array.from({ length: waiting }, async () => {
        while (left > 0) {
          left -= 1
          next += 1
          await claim(next)
        }
      }),
    )
    return claims / ((performance.now() - began) / 1000)
  }
}

class Bare implements AsyncDisposable {
  readonly #worker: Worker
  readonly #waiting = new Map<number, () => void>()

  private constructor(worker: Worker) {
    this.#worker = worker
    worker.on('message', (ids: number[]) => {
      for (const id of ids) {
        this.#waiting.get(id)?.()
        this.#waiting.delete(id)
      }
    })
  }

  static async start(file: string): Promise<Bare> {
    const worker = new Worker(new URL('./lib/bare-worker.ts', import.meta.url), { workerData: file, execArgv: [] })
    await once(worker, 'message')
    return new Bare(worker)
  }

  claim(id: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve)
      this.#worker.postMessage({ id })
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate()
  }
}
