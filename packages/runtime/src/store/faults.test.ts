import {
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { DataDirectory, Store } from './index.ts'
import { id, run } from './testing/contracts.ts'
import { TestFolder } from './testing/folder.ts'
import { mountDisk, remount } from './testing/mount.ts'
import { discardedBytes } from './wal.ts'

/** The files of an instance that was killed after so many claims: nothing was checkpointed, nothing closed. */
async function killed(folder: TestFolder, claims: number): Promise<void> {
  using source = new TestFolder()
  await (await source.open()).close()
  await using store = await source.open()
  for (let i = 1; i <= claims; i += 1) await store.executions.claim(run(i))
  for (const end of ['', '-wal']) copyFileSync(source.database + end, folder.database + end)
}

const wal = (folder: TestFolder) => `${folder.database}-wal`

async function survivors(folder: TestFolder): Promise<readonly string[]> {
  await using store = await folder.open()
  const ids = (await store.runs.list()).map((each) => each.id)
  expect(await store.executions.claim(run(99))).toBe(true)
  return ids.reverse()
}

describe('an instance that was killed', () => {
  it('has lost nothing that was acknowledged', async () => {
    using folder = new TestFolder()
    await killed(folder, 5)
    expect(discardedBytes(wal(folder))).toBe(0)
    expect(await survivors(folder)).toEqual([1, 2, 3, 4, 5].map(id))
    expect(folder.events.filter(({ type }) => type === 'store.recovered')).toEqual([])
  })

  it.each([
    ['in the middle of a page', 1000],
    ['in the header of a page', 4096 + 10],
    ['between two pages of a commit', 4096 + 24],
  ])('and whose log ends %s opens at its last whole commit, and says so', async (_, bytes) => {
    using folder = new TestFolder()
    await killed(folder, 5)
    truncateSync(wal(folder), statSync(wal(folder)).size - bytes)
    const discarded = discardedBytes(wal(folder))
    expect(discarded).toBeGreaterThan(0)
    await using store = await folder.open()
    expect(store.opening.discardedBytes).toBe(discarded)
    expect((await store.runs.list()).map((each) => each.id)).toEqual([4, 3, 2, 1].map(id))
    const data = { discardedBytes: discarded }
    expect((await store.events.since(0, 100)).at(-1)).toMatchObject({ type: 'store.recovered', data })
    expect((await store.events.since(0, 100)).map((event) => event.id)).toEqual([1, 2, 3, 4, 5])
  })

  it('opens at a whole commit wherever its log was cut or torn', async () => {
    using folder = new TestFolder()
    await killed(folder, 4)
    const [database, log] = [readFileSync(folder.database), readFileSync(wal(folder))]
    for (let part = 1; part < 12; part += 1) {
      const at = Math.floor((log.length * part) / 12)
      for (const fault of ['cut', 'torn'] as const) {
        writeFileSync(folder.database, database)
        writeFileSync(wal(folder), fault === 'cut' ? log.subarray(0, at) : torn(log, at))
        const ids = await survivors(folder)
        expect(ids).toEqual([1, 2, 3, 4].slice(0, ids.length).map(id))
        using db = new DatabaseSync(folder.database)
        expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
      }
    }
  })

  it('repairs a page of the database that was torn while the log was carried over', async () => {
    using folder = new TestFolder()
    await killed(folder, 5)
    const fd = openSync(folder.database, 'r+')
    writeSync(fd, Buffer.alloc(2048, 0xaa), 0, 2048, 2048)
    expect(await survivors(folder)).toEqual([1, 2, 3, 4, 5].map(id))
  })
})

function torn(log: Buffer, at: number): Buffer {
  const copy = Buffer.from(log)
  copy.fill(0, at, Math.min(at + 512, copy.length))
  return copy
}

describe('a clock that is set back by an hour', () => {
  it('changes neither the order of events nor what a claim is worth', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    await store.executions.claim(run(1))
    folder.now -= 3_600_000
    await store.executions.claim(run(2))
    expect(await store.executions.claim(run(2))).toBe(false)
    expect((await store.events.since(0, 10)).map((event) => event.id)).toEqual([1, 2])
    expect((await store.events.since(0, 10)).map((event) => event.at)).toEqual([folder.now + 3_600_000, folder.now])
    // What is a second older than now is old, although a younger one stands behind it.
    folder.now += 3_600_000
    expect(await store.prune('event', folder.now - 1000)).toMatchObject({ deleted: 0 })
    expect(await store.prune('event', folder.now + 1)).toMatchObject({ deleted: 2 })
  })
})

describe('a store that cannot be opened', () => {
  it.each([
    ['is no database', (file: string) => writeFileSync(file, 'these are no pages'.repeat(500))],
    ['is in no directory', () => undefined],
  ])('says so when the file %s', async (name, prepare) => {
    using folder = new TestFolder()
    const file = name === 'is in no directory' ? join(folder.path, 'none', 'refbot.db') : folder.database
    prepare(file)
    const opening = Store.open({ file, now: () => 0, reserveBytes: 0 })
    await expect(opening).rejects.toMatchObject({ code: 'STORE_UNUSABLE', message: expect.stringContaining(file) })
  })

  it('says so when the directory is read-only (skipped where nothing may be mounted)', async ({ skip }) => {
    using folder = new TestFolder()
    using disk = mountDisk(folder.path, 8 * 1024 * 1024)
    if (disk === undefined) return skip('may not mount')
    await (await folder.open()).close()
    expect(remount(folder.path, 'ro')).toBe(true)
    expect(() => DataDirectory.open(folder.path)).toThrow(expect.objectContaining({ code: 'DATA_DIR_UNUSABLE' }))
    await expect(folder.open()).rejects.toMatchObject({ code: 'STORE_UNUSABLE' })
    expect(existsSync(folder.database)).toBe(true)
  })
})
