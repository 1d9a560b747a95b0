import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { backup, checkStore, DataDirectory, restoreBackup, type Store } from '../index.ts'
import { end, id, run } from '../testing/contracts.ts'
import { TestFolder } from '../testing/folder.ts'
import { alertSnapshot, proxyMemory, transition } from '../testing/operator-samples.ts'
import { readTables } from '../testing/rows.ts'
import { finishSwap, READY, STAGING } from './swap.ts'

const now = Date.UTC(2026, 6, 1)

/** One run with a log and an artifact. */
async function whole(folder: TestFolder, store: Store, number: number): Promise<void> {
  await store.executions.claim(run(number))
  put(folder, `artifacts/${id(number)}/größe 1.png`, `image ${number}`)
  await store.artifacts.add({ runId: id(number), name: 'größe 1.png', contentType: 'image/png', bytes: 7 })
  put(folder, `logs/${id(number)}.ndjson`, `{"n":${number}}\n`)
  await end(store, number, 'success', 5)
  await store.tokens.add({ id: id(number), name: 'ci', rights: 'read', hash: id(number) })
  await store.proxies.add([{ id: id(number), protocol: 'http', host: 'a', port: 1, login: 'sealed' }])
  await store.alertState.save({ snapshot: alertSnapshot(), transitions: [transition('pending', 'firing')] })
  const circuit = { proxyId: id(number), from: 'closed', to: 'open', input: 'tripped', retryAt: null } as const
  await store.proxyHealth.save({ takenAt: number, proxies: [proxyMemory(id(number))], circuits: [circuit] })
}

/** Events of one run with what is stored beside it. */
const EVENTS = 7

function put(folder: TestFolder, path: string, text: string): void {
  const file = join(folder.path, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

const read = (folder: TestFolder, path: string) => readFileSync(join(folder.path, path), 'utf8')
const tree = (path: string): string[] =>
  existsSync(path) ? readdirSync(path, { recursive: true }).map(String).sort() : []

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
    const restored = await restoreBackup({ file, dataDir })
    expect(restored).toMatchObject({ lastEventId: 2 * EVENTS, createdAt: now, files: 6, program: expect.any(String) })
    for (const folder of ['artifacts', 'logs']) {
      expect(tree(join(dataDir, folder))).toEqual(tree(join(source.path, folder)))
    }
    expect(readFileSync(join(dataDir, 'artifacts', id(2), 'größe 1.png'), 'utf8')).toBe('image 2')
    expect(restored.configFiles.map((path) => readFileSync(path, 'utf8'))).toEqual(['{"dataDir":"."}'])
    expect(rows(join(dataDir, 'refbot.db'), 2 * EVENTS)).toEqual(rows(source.database, 2 * EVENTS))
    expect(await checkStore(dataDir)).toMatchObject({ ok: true, artifactsWithoutFile: [], filesWithoutRecord: [] })
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
    const changing = [...Object.keys(TOLD_BY), 'execution', 'attempt', 'run', 'artifact']
    const all = Number.MAX_SAFE_INTEGER
    expect(rows(restored, all, changing)).toEqual(rows(source.database, lastEventId, changing))
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

describe('restoring', () => {
  async function backedUp(folder: TestFolder): Promise<string> {
    using source = new TestFolder()
    await using store = await source.open()
    await whole(source, store, 1)
    const file = join(folder.path, 'b.tar.gz')
    await backup({ dataDir: source.path, file, now })
    return file
  }

  const damages: [string, (archive: Buffer) => Buffer][] = [
    ['is cut off', (archive) => archive.subarray(0, archive.length - 20)],
    ['is no archive', () => Buffer.from('hello')],
    ['is empty', () => Buffer.alloc(0)],
    ['has a flipped bit', (archive) => flipped(archive, archive.length >> 1)],
    ['was packed again with another image', (archive) => repacked(archive, 'image 1', 'image 9')],
    ['was packed again with another list', (archive) => repacked(archive, '"bytes": 7', '"bytes": 8')],
    ['leads out of the directory', (archive) => renamed(archive, `logs/${id(1)}.ndjson`, `../../${id(1)}.ndj`)],
  ]
  it.each(damages)('refuses a backup that %s, and changes nothing', async (_, damage) => {
    using folder = new TestFolder()
    const file = await backedUp(folder)
    writeFileSync(file, damage(readFileSync(file)))
    const dataDir = join(folder.path, 'data')
    {
      using directory = DataDirectory.open(dataDir)
      writeFileSync(join(directory.path, 'refbot.db'), 'what was there')
    }
    const before = tree(dataDir)
    await expect(restoreBackup({ file, dataDir, replace: true })).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' })
    expect(tree(dataDir)).toEqual(before)
    expect(readFileSync(join(dataDir, 'refbot.db'), 'utf8')).toBe('what was there')
    expect(tree(folder.path).filter((name) => name.endsWith('.ndj'))).toEqual([])
  })

  it('refuses a directory that holds a database, unless that may be replaced', async () => {
    using folder = new TestFolder()
    const file = await backedUp(folder)
    using target = new TestFolder()
    {
      await using store = await target.open()
      await whole(target, store, 8)
    }
    await expect(restoreBackup({ file, dataDir: target.path })).rejects.toMatchObject({ code: 'RESTORE_NOT_EMPTY' })
    await restoreBackup({ file, dataDir: target.path, replace: true })
    await using store = await target.open()
    expect((await store.runs.list()).map((each) => each.id)).toEqual([id(1)])
    expect(tree(join(target.path, 'artifacts')).filter((name) => name.includes(id(8)))).toEqual([])
  })

  it('refuses a directory on which something runs, and a backup of a newer program', async () => {
    using folder = new TestFolder()
    const file = await backedUp(folder)
    const dataDir = join(folder.path, 'data')
    {
      using _ = DataDirectory.open(dataDir)
      await expect(restoreBackup({ file, dataDir })).rejects.toMatchObject({ code: 'DATA_DIR_LOCKED' })
    }
    await restoreBackup({ file, dataDir })
    {
      using db = new DatabaseSync(join(dataDir, 'refbot.db'))
      db.exec("INSERT INTO migration VALUES ('9999-x', '2030', '9.9.9')")
    }
    const newer = join(folder.path, 'newer.tar.gz')
    await backup({ dataDir, file: newer, now })
    const elsewhere = join(folder.path, 'elsewhere')
    await expect(restoreBackup({ file: newer, dataDir: elsewhere })).rejects.toMatchObject({
      code: 'STORE_NEWER',
      message: expect.stringContaining('9.9.9'),
    })
    expect(existsSync(join(elsewhere, 'refbot.db'))).toBe(false)
  })

  const steps = ['refbot.db-wal', 'refbot.db', 'artifacts', 'logs']
  it.each(steps.map((_, done) => done))('cut off after %i renames is completed by the next start', (done) => {
    using folder = new TestFolder()
    const state = (when: 'old' | 'new') => {
      for (const name of ['refbot.db', 'artifacts/1/a', 'logs/1']) {
        put(folder, when === 'new' ? `${READY}/new/${name}` : name, when)
      }
      if (when === 'old') put(folder, 'refbot.db-wal', 'old')
    }
    state('old')
    state('new')
    // As the swap itself does it, one after another.
    const order = steps.slice(0, done)
    for (const name of order) {
      const path = join(folder.path, READY)
      mkdirSync(join(path, 'old'), { recursive: true })
      move(join(folder.path, name), join(path, 'old', name))
      if (name !== 'refbot.db-wal') move(join(path, 'new', name), join(folder.path, name))
    }
    DataDirectory.open(folder.path)[Symbol.dispose]()
    expect(['refbot.db', 'artifacts/1/a', 'logs/1'].map((name) => read(folder, name))).toEqual(['new', 'new', 'new'])
    expect(['refbot.db-wal', READY].map((name) => existsSync(join(folder.path, name)))).toEqual([false, false])
  })

  it('cut off before it was whole is forgotten', () => {
    using folder = new TestFolder()
    put(folder, 'refbot.db', 'old')
    put(folder, `${STAGING}/new/refbot.db`, 'half')
    finishSwap(folder.path)
    expect(tree(folder.path)).toEqual(['refbot.db'])
    expect(read(folder, 'refbot.db')).toBe('old')
  })
})

function move(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  renameSync(from, to)
}

function flipped(archive: Buffer, at: number): Buffer {
  const copy = Buffer.from(archive)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

function repacked(archive: Buffer, from: string, to: string): Buffer {
  const tar = gunzipSync(archive)
  const at = tar.indexOf(from)
  expect(at).toBeGreaterThan(0)
  tar.write(to, at)
  return gzipSync(tar)
}

/** Another name in the header, with the header's checksum made right. */
function renamed(archive: Buffer, from: string, to: string): Buffer {
  const tar = gunzipSync(archive)
  const at = tar.indexOf(`${from}\0`)
  expect(at % 512).toBe(0)
  tar.fill(0, at, at + 100)
  tar.write(to, at)
  tar.fill(' ', at + 148, at + 156)
  const sum = tar.subarray(at, at + 512).reduce((total, byte) => total + byte, 0)
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148)
  return gzipSync(tar)
}

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
