import { DatabaseSync } from 'node:sqlite'
import { seriesKey } from '../series/labels.ts'
import type { BlockQuery, MetricBlock, MetricStore, Tier } from '../store/metric-store.ts'

interface Row {
  readonly id: number
  readonly name: string
  readonly series: string
  readonly labels: string
  readonly from_ms: number
  readonly to_ms: number
  readonly points: number
  readonly data: Uint8Array
}

const page = 100

/** A store in a file, for tests that end a process while it writes. */
export class TestSqliteStore implements MetricStore, AsyncDisposable {
  readonly #db: DatabaseSync

  constructor(file: string) {
    this.#db = new DatabaseSync(file)
    this.#db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000;
      CREATE TABLE IF NOT EXISTS block (id INTEGER PRIMARY KEY, tier TEXT, name TEXT, series TEXT, labels TEXT,
        from_ms REAL, to_ms REAL, points INTEGER, data BLOB);
      CREATE INDEX IF NOT EXISTS in_order ON block (tier, name, series, from_ms, id)`)
  }

  async append(blocks: readonly MetricBlock[]): Promise<void> {
    const insert = this.#db.prepare(
      'INSERT INTO block (tier, name, series, labels, from_ms, to_ms, points, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.#db.exec('BEGIN')
    for (const { tier, name, labels, from, to, count, data } of blocks) {
      insert.run(tier, name, seriesKey(name, labels), JSON.stringify(labels), from, to, count, data)
    }
    this.#db.exec('COMMIT')
  }

  async *read(query: BlockQuery): AsyncGenerator<readonly MetricBlock[]> {
    const { tier, names, since = Number.MIN_SAFE_INTEGER, until = Number.MAX_SAFE_INTEGER } = query
    const which = names === undefined ? '' : `AND name IN (${names.map(() => '?').join(',')})`
    const select = this.#db.prepare(`SELECT * FROM block WHERE tier = ? AND to_ms >= ? AND from_ms < ? ${which}
      AND (name, series, from_ms, id) > (?, ?, ?, ?) ORDER BY name, series, from_ms, id LIMIT ${page}`)
    let after: [string, string, number, number] = ['', '', 0, 0]
    for (;;) {
      const rows = select.all(tier, since, until, ...(names ?? []), ...after) as unknown as Row[]
      if (rows.length > 0) yield rows.map((row) => blockOf(tier, row))
      const last = rows.at(-1)
      if (last === undefined || rows.length < page) return
      after = [last.name, last.series, last.from_ms, last.id]
    }
  }

  async prune(tier: Tier, before: number, limit = 1_000): Promise<number> {
    const gone = 'SELECT id FROM block WHERE tier = ? AND to_ms < ? LIMIT ?'
    return Number(this.#db.prepare(`DELETE FROM block WHERE id IN (${gone})`).run(tier, before, limit).changes)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#db.close()
  }
}

function blockOf(tier: Tier, { name, labels, from_ms: from, to_ms: to, points: count, data }: Row): MetricBlock {
  return { tier, name, labels: JSON.parse(labels), from, to, count, data }
}
