import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type MetricBlock, type MetricStore, MetricsAggregator } from '../../packages/analytics/src/index.ts'
import { type BenchLine, line, median } from '../lib/line.ts'
import { durations } from '../lib/random.ts'

const SERIES = 20
const SAMPLES = 400_000
const BATCH = 20_000
const ROUNDS = 5

function open(file: string): DatabaseSync {
  const db = new DatabaseSync(file)
  db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL')
  return db
}

/** The least that a store on SQLite is: a row for each block. */
function blockStore(db: DatabaseSync): MetricStore {
  db.exec('CREATE TABLE block (tier TEXT, name TEXT, labels TEXT, from_ms REAL, to_ms REAL, points INT, data BLOB)')
  const insert = db.prepare('INSERT INTO block VALUES (?, ?, ?, ?, ?, ?, ?)')
  return {
    async append(blocks: readonly MetricBlock[]) {
      db.exec('BEGIN')
      for (const { tier, name, labels, from, to, count, data } of blocks) {
        insert.run(tier, name, JSON.stringify(labels), from, to, count, data)
      }
      db.exec('COMMIT')
    },
    read: () => {
      throw new Error('not measured')
    },
    prune: async () => 0,
  }
}

/** How fast does a batch of samples become durable, beside the same batch as rows in one transaction? */
export async function bench(): Promise<BenchLine[]> {
  const folder = mkdtempSync(join(tmpdir(), 'refbot-bench-'))
  const flushed: number[] = []
  const recorded: number[] = []
  const inserted: number[] = []
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const blocks = open(join(folder, `ours-${round}.db`))
      const metrics = new MetricsAggregator({ store: blockStore(blocks), flushSamples: 1e9 })
      const values = durations(round, SAMPLES)
      const labels = Array.from({ length: SERIES }, (_, i) => ({ proxy: `p${i}` }))
      let [recording, flushing] = [0, 0]
      for (let start = 0; start < SAMPLES; start += BATCH) {
        let began = performance.now()
        for (let i = start; i < start + BATCH; i += 1) {
          metrics.record('latency', values[i] as number, { labels: labels[i % SERIES] as { proxy: string } })
        }
        recording += performance.now() - began
        began = performance.now()
        await metrics.flush()
        flushing += performance.now() - began
      }
      flushed.push((SAMPLES * 1_000) / flushing)
      recorded.push((SAMPLES * 1_000) / (recording + flushing))
      blocks.close()

      const rows = open(join(folder, `theirs-${round}.db`))
      rows.exec('CREATE TABLE sample (series INT, at REAL, value REAL)')
      const insert = rows.prepare('INSERT INTO sample VALUES (?, ?, ?)')
      const at = Date.now()
      const began = performance.now()
      for (let start = 0; start < SAMPLES; start += BATCH) {
        rows.exec('BEGIN')
        for (let i = start; i < start + BATCH; i += 1) insert.run(i % SERIES, at + i, values[i] as number)
        rows.exec('COMMIT')
      }
      inserted.push((SAMPLES * 1_000) / (performance.now() - began))
      rows.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const peer = 'node:sqlite, a row each'
  const base = { bench: 'analytics/ingest', unit: 'samples/s', peer, theirs: median(inserted) }
  return [
    line({
      ...base,
      metric: 'flush of a batch, rollups included',
      ours: median(flushed),
      goal: { on: 'ratio', op: '>=', value: 5 },
    }),
    line({ ...base, metric: 'recording and flush', ours: median(recorded) }),
  ]
}
