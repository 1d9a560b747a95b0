import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { describe, expect, it } from 'vitest'
import { nodeSqliteDialect, openDatabase } from './dialect.ts'
import { type Migration, migrate } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import type { Database } from './schema.ts'
import { Store } from './store.ts'
import { TestFolder } from './testing/folder.ts'
import { fillTables, readTables } from './testing/rows.ts'

const NAMES = Object.keys(migrations).sort()

/** What a program does that knows these migrations and no others. */
async function start(folder: TestFolder, known: Readonly<Record<string, Migration>>, program: string) {
  const sqlite = openDatabase(folder.database, { readOnly: false })
  try {
    const db = new Kysely<Database>({ dialect: nodeSqliteDialect(sqlite) })
    return await migrate({ file: folder.database, sqlite, db, migrations: known, program, now: folder.now })
  } finally {
    sqlite.close()
  }
}

const first = (count: number) => Object.fromEntries(Object.entries(migrations).slice(0, count))

const next: Migration = {
  async up(db) {
    await db.schema.alterTable('job').addColumn('colour', 'text').execute()
  },
}
const failing: Migration = {
  async up(db) {
    await db.schema.dropTable('artifact').execute()
    throw new Error('the second half went wrong')
  },
}
const breaking: Migration = {
  async up(db) {
    await db.schema.alterTable('execution').renameTo('old').execute()
    await db.schema
      .createTable('execution')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .execute()
    await db.schema.dropTable('old').execute()
  },
}

describe('an upgrade', () => {
  it.each(NAMES.map((name, index) => [name, index + 1] as const))(
    'keeps every row of a database of %s, and stores go on from there',
    async (_, count) => {
      using folder = new TestFolder()
      await start(folder, first(count), '0.0.1')
      fillTables(folder.database)
      const before = readTables(folder.database)
      expect(Object.values(before).every((rows) => rows.length > 0)).toBe(true)
      await using store = await folder.open()
      const after = readTables(folder.database)
      // A later version may have added columns.
      for (const [table, rows] of Object.entries(before))
        expect(after[table]).toEqual(expect.arrayContaining(rows.map((row) => expect.objectContaining(row))))
      expect(await store.runs.list()).toHaveLength(2)
      expect(await store.executions.claim({ ...EXECUTION, id: 'new' })).toBe(true)
      expect(store.opening.migrated).toEqual(NAMES.slice(count))
    },
  )

  it('copies first what was there, readable by the version that wrote it', async () => {
    using folder = new TestFolder()
    await start(folder, migrations, '1.0.0')
    fillTables(folder.database)
    const before = readTables(folder.database)
    const { backup = '', migrated } = await start(folder, { ...migrations, '9001-next': next }, '2.0.0')
    expect(migrated).toEqual(['9001-next'])
    expect(backup).toBe(join(folder.path, 'backups', 'before-9001-next.db'))
    expect(readTables(backup)).toEqual(before)
    expect(statSync(backup).mode & 0o077).toBe(0)
    await (await Store.open({ file: backup, now: () => folder.now, reserveBytes: 0 })).close()
  })

  it('tells of itself in an event of the same transaction', async () => {
    using folder = new TestFolder()
    await start(folder, first(1), '0.0.1')
    await using store = await folder.open()
    const events = await store.events.since(0, 10)
    const data = { migrations: NAMES.slice(1), program: expect.any(String) }
    expect(events).toEqual([{ id: 1, type: 'store.upgraded', at: folder.now, data }])
  })

  it('copies nothing where nothing was stored, and where nothing is to be done', async () => {
    using folder = new TestFolder()
    expect((await start(folder, migrations, '1.0.0')).migrated).toEqual(NAMES)
    expect(await start(folder, migrations, '1.0.1')).toEqual({ migrated: [] })
    expect(existsSync(join(folder.path, 'backups'))).toBe(false)
  })

  it.each([
    ['that fails half-way', failing, /second half went wrong/],
    ['that would break references', breaking, /refer to rows that are not there/],
  ])('%s changes nothing, and the old program goes on', async (_, migration, message) => {
    using folder = new TestFolder()
    await start(folder, migrations, '1.0.0')
    fillTables(folder.database)
    const before = readTables(folder.database)
    const known = { ...migrations, '9001-next': next, '9002-wrong': migration }
    await expect(start(folder, known, '2.0.0')).rejects.toMatchObject({
      code: 'STORE_UPGRADE_FAILED',
      message: expect.stringMatching(message),
      hint: expect.stringContaining('before-9001-next.db'),
    })
    expect(readTables(folder.database)).toEqual(before)
    await (await folder.open()).close()
    const { migrated } = await start(folder, { ...migrations, '9001-next': next }, '2.0.1')
    expect(migrated).toEqual(['9001-next'])
  })

  it('that cannot copy first does not begin', async () => {
    using folder = new TestFolder()
    await start(folder, migrations, '1.0.0')
    const blocked = new DatabaseSync(join(folder.path, 'backups'))
    blocked.exec('CREATE TABLE in_the_way (x)')
    blocked.close()
    await expect(start(folder, { ...migrations, '9001-next': next }, '2.0.0')).rejects.toMatchObject({
      code: 'STORE_UPGRADE_FAILED',
    })
    expect((await start(folder, migrations, '1.0.0')).migrated).toEqual([])
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.part'))).toEqual([])
  })
})

describe('a database of a newer program', () => {
  it('is refused with the version that can read it, and left as it was', async () => {
    using folder = new TestFolder()
    await start(folder, { ...migrations, '9001-next': next, '9002-more': { up: async () => undefined } }, '7.3.1')
    const before = readTables(folder.database)
    await expect(folder.open()).rejects.toMatchObject({
      code: 'STORE_NEWER',
      message: expect.stringContaining('RefBot 7.3.1'),
      hint: expect.stringContaining('RefBot 7.3.1 or newer'),
    })
    expect(readTables(folder.database)).toEqual(before)
  })

  it('is refused without a version where it did not say one', async () => {
    using folder = new TestFolder()
    await (await folder.open()).close()
    {
      using db = new DatabaseSync(folder.database)
      db.exec("INSERT INTO migration (name, timestamp) VALUES ('9999-future', '2030')")
    }
    await expect(folder.open()).rejects.toMatchObject({
      code: 'STORE_NEWER',
      hint: expect.stringContaining('that version'),
    })
  })
})

const EXECUTION = { jobId: 'new', task: 'tidy', scheduledAt: 1, claimedAt: 1, status: 'running' as const, attempts: [] }
