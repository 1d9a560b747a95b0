import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MetricsAggregator } from '../aggregator.ts'
import { readSamples } from '../export/samples.ts'
import { begin, stepMs } from './recording-process.ts'
import { TestSqliteStore } from './sqlite-store.ts'

export interface CampaignResult {
  /** Greatest number that a process said was flushed before it was killed, or ended. */
  readonly acknowledged: number
  readonly kills: number
  /** Numbers that the store holds, and how many of them are different. */
  readonly stored: number
  readonly different: number
  /** Samples that minutes and raw samples together account for. */
  readonly counted: number
}

/**
 * Lets processes record the numbers up to `last`, and kills each after a few of its flushes, at some moment of the next.
 * @param random Draws from [0, 1).
 */
export async function killCampaign(last: number, flushesEach: number, random: () => number): Promise<CampaignResult> {
  const folder = mkdtempSync(join(tmpdir(), 'refbot-kill-'))
  const file = join(folder, 'metrics.db')
  try {
    let acknowledged = -1
    let kills = 0
    while (acknowledged < last) {
      const after = 1 + Math.floor(random() * flushesEach)
      const { reached, killed } = await runOnce(file, last, acknowledged, after)
      acknowledged = Math.max(acknowledged, reached)
      kills += killed ? 1 : 0
    }
    await using store = new TestSqliteStore(file)
    const seen = new Uint8Array(last + 1)
    let [stored, different] = [0, 0]
    for await (const samples of readSamples(store, {})) {
      for (const { value } of samples) {
        stored += 1
        if (seen[value] === 0) different += 1
        seen[value] = 1
      }
    }
    const clock = { now: () => begin + (last + 1) * stepMs, wakeAt: () => () => undefined }
    const metrics = new MetricsAggregator({ clock, store, retention: { rawMs: 1e12 } })
    await metrics.restore()
    const query = { metric: 'n', since: begin, until: clock.now(), aggregate: 'count', resolution: '1m' } as const
    const counted = (await metrics.query(query))[0]?.points[0]?.value ?? 0
    return { acknowledged, kills, stored, different, counted }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function runOnce(
  file: string,
  last: number,
  acknowledged: number,
  flushes: number,
): Promise<{ reached: number; killed: boolean }> {
  const script = fileURLToPath(new URL('./recording-process.ts', import.meta.url))
  const child = spawn(
    process.execPath,
    ['--conditions=@refbot/source', script, file, String(last), String(acknowledged)],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  let text = ''
  child.stdout.on('data', (piece: Buffer) => {
    text += piece.toString()
    if (!text.endsWith('\n')) return
    child.stdin.write('.')
    if (text.split('\n').length > flushes) child.kill('SIGKILL')
  })
  // A killed process reads no more.
  child.stdin.on('error', () => undefined)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (signal === null && code !== 0) reject(new Error(`the recording process ended with ${code}`))
      // A line that was cut off was not read, so it acknowledges nothing.
      const lines = text.split('\n').slice(0, -1)
      resolve({ reached: Number(lines.at(-1) ?? -1), killed: signal === 'SIGKILL' })
    })
  })
}
