import { readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { backup, checkStore, restoreBackup, Store } from '../index.ts'
import { id } from '../testing/contracts.ts'
import { TestFolder } from '../testing/folder.ts'
import { readTables } from '../testing/rows.ts'

import { EVENTS, now, put, read, tree, whole } from '../testing/whole-run.ts'

/** Rows of every table but those that still change under load; of events up to one of them. */
function rows(file: string, lastEventId: number, changing: readonly string[] = []): Record<string, unknown[]> {
  using db = new DatabaseSync(file, { readOnly: true })
  const tables = Object.keys(readTables(file)).filter((table) => !changing.includes(table))
  const all = (table: string) => db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all()
  return {
    ...Object.fromEntries([...tables, 'migration'].map((table) => [table, all(table)])),
    event: db.prepare('SELECT * FROM event WHERE id <= ? ORDER BY id').all(lastEventId),
  }
}

describe('a backup', () => {
  it('restored elsewhere is what was backed up, with artifacts, logs and the configuration', async () => {
    using source = new TestFolder()
    using target = new TestFolder()
    await using store = await source.open()
    for (const number of [1, 2]) await whole(source, store, number)
    put(source, 'refbot.config.json', '{"dataDir":"."}')
    const file = join(target.path, 'b.tar.gz')
    const report = await backup({
      dataDir: source.path,
      file,
      configFile: join(source.path, 'refbot.config.json'),
      now,
    })
    expect(report).toEqual({ file, bytes: statSync(file).size, lastEventId: 2 * EVENTS, files: 6, missing: [] })
    expect(statSync(file).mode & 0o077).toBe(0)

    const dataDir = join(target.path, 'data')
    const restored = await restoreBackup({ file, dataDir, now: now + 1 })
    expect(restored).toMatchObject({ lastEventId: 2 * EVENTS, createdAt: now, files: 6, program: expect.any(String) })
    for (const folder of ['artifacts', 'logs']) {
      expect(tree(join(dataDir, folder))).toEqual(tree(join(source.path, folder)))
    }
    expect(readFileSync(join(dataDir, 'artifacts', id(2), 'größe 1.png'), 'utf8')).toBe('image 2')
    expect(restored.configFiles.map((path) => readFileSync(path, 'utf8'))).toEqual(['{"dataDir":"."}'])
    expect(rows(join(dataDir, 'refbot.db'), 2 * EVENTS)).toEqual(rows(source.database, 2 * EVENTS))
    expect(await checkStore(dataDir)).toMatchObject({ ok: true, artifactsWithoutFile: [], filesWithoutRecord: [] })
    {
      await using opened = await Store.open({ file: join(dataDir, 'refbot.db'), now: () => now, reserveBytes: 0 })
      const { lastEventId, program } = restored
      expect(await opened.events.since(lastEventId, 10)).toEqual([
        { id: lastEventId + 1, type: 'store.restored', at: now + 1, data: { lastEventId, madeAt: now, program } },
      ])
    }
    expect(tree(dataDir).filter((name) => name.startsWith('restore'))).toEqual([])
  })

  it('made while everything is written to holds one moment: all up to its last event, nothing after it', async () => {
    using source = new TestFolder()
    using target = new TestFolder()
    await using store = await source.open()
    let writing = true
    let written = 0
    const load = (async () => {
      for (; writing; written += 1) await whole(source, store, written)
    })()
    while (written < 5) await store.executions.listJobs()
    const file = join(target.path, 'b.tar.gz')
    const { lastEventId } = await backup({ dataDir: source.path, file, now })
    const during = written
    while (written < during + 3) await store.executions.listJobs()
    writing = false
    await load
    const dataDir = join(target.path, 'data')
    await restoreBackup({ file, dataDir })
    expect(lastEventId).toBeLessThan(written * EVENTS)
    const restored = join(dataDir, 'refbot.db')
    const changing = [...Object.keys(TOLD_BY), 'execution', 'attempt', 'run', 'run_count', 'artifact']
    expect(rows(restored, lastEventId, changing)).toEqual(rows(source.database, lastEventId, changing))
    expect(statesFromRows(restored)).toEqual(statesFromEvents(restored))
    for (const table of Object.keys(TOLD_BY)) {
      const found = rowsById(restored, table)
      expect(Object.keys(found)).toEqual(idsFromEvents(restored, table))
      expect(rowsById(source.database, table)).toMatchObject(found)
    }
    expect(await checkStore(dataDir)).toMatchObject({ ok: true, artifactsWithoutFile: [] })
  })

  it('leaves out tokens and keys', async () => {
    using source = new TestFolder()
    await (await source.open()).close()
    put(source, 'admin-token', 'rb_secret')
    put(source, 'gate-key', 'rb_secret')
    const file = join(source.path, 'b.tar.gz')
    await backup({ dataDir: source.path, file, now })
    expect(gunzipSync(readFileSync(file)).includes('rb_secret')).toBe(false)
  })

  it('says which artifacts retention took away before their turn', async () => {
    using source = new TestFolder()
    await using store = await source.open()
    await whole(source, store, 1)
    rmSync(join(source.path, 'artifacts', id(1)), { recursive: true })
    const { missing } = await backup({ dataDir: source.path, file: join(source.path, 'b.tar.gz'), now })
    expect(missing).toEqual([`artifacts/${id(1)}/größe 1.png`])
  })

  it.each([
    ['BACKUP_EXISTS', 'there.tar.gz'],
    ['BACKUP_FAILED', 'no folder/b.tar.gz'],
  ])('that cannot be made says %s and leaves nothing behind', async (code, name) => {
    using source = new TestFolder()
    await (await source.open()).close()
    put(source, 'there.tar.gz', 'mine')
    const before = tree(source.path)
    const making = backup({ dataDir: source.path, file: join(source.path, name), now })
    await expect(making).rejects.toMatchObject({ code, hint: expect.any(String) })
    expect(tree(source.path).filter((path) => !/-(wal|shm)$/.test(path))).toEqual(before)
    expect(read(source, 'there.tar.gz')).toBe('mine')
  })

  it('of a directory without a database is refused', async () => {
    using source = new TestFolder()
    const making = backup({ dataDir: source.path, file: join(source.path, 'b.tar.gz'), now })
    await expect(making).rejects.toMatchObject({ code: 'STORE_UNUSABLE' })
  })
})

/** The event that commits with a row, and its key in both. */
const TOLD_BY: Readonly<Record<string, { event: string; key: string; column: string }>> = {
  token: { event: 'token.created', key: 'tokenId', column: 'id' },
  proxy: { event: 'proxy.added', key: 'proxyId', column: 'id' },
  proxy_health: { event: 'proxy.circuit', key: 'proxyId', column: 'proxy_id' },
}

function rowsById(file: string, table: string): Record<string, unknown> {
  using db = new DatabaseSync(file, { readOnly: true })
  const column = TOLD_BY[table]?.column ?? ''
  return Object.fromEntries(
    db
      .prepare(`SELECT * FROM ${table} ORDER BY ${column}`)
      .all()
      .map((row) => [row[column], { ...row }]),
  )
}

function idsFromEvents(file: string, table: string): unknown[] {
  using db = new DatabaseSync(file, { readOnly: true })
  const { event = '', key = '' } = TOLD_BY[table] ?? {}
  return db
    .prepare('SELECT data ->> ? AS id FROM event WHERE type = ? ORDER BY 1')
    .all(key, event)
    .map((row) => row.id)
}

/** What each run's row says. */
function statesFromRows(file: string): Record<string, string> {
  using db = new DatabaseSync(file, { readOnly: true })
  const found = db.prepare('SELECT id, status FROM execution').all()
  return Object.fromEntries(found.map((row) => [String(row.id), String(row.status)]))
}

/** What the events say became of each run: had the rows been read a moment apart, this would be something else. */
function statesFromEvents(file: string): Record<string, string> {
  using db = new DatabaseSync(file, { readOnly: true })
  const found = db.prepare("SELECT data FROM event WHERE type LIKE 'run.%' ORDER BY id").all()
  const changes = found.map((row) => JSON.parse(String(row.data)) as { executionId: string; status: string })
  return Object.fromEntries(changes.map(({ executionId, status }) => [executionId, status]))
}
