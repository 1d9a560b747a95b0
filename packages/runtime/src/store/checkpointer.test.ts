import { expect, it } from 'vitest'
import { Checkpointer } from './checkpointer.ts'
import { openDatabase } from './dialect.ts'
import { TestFolder } from './testing/folder.ts'

const PAGE = 4096

it('copies the log into the database beside the writer, which it may keep from deleting meanwhile', async () => {
  using folder = new TestFolder()
  using sqlite = openDatabase(folder.database, { readOnly: false })
  const copied = Promise.withResolvers<void>()
  const checkpointer = new Checkpointer(folder.database, sqlite, () => copied.resolve())
  const log = () => sqlite.prepare('PRAGMA wal_checkpoint(NOOP)').get()
  const write = (pages: number) => {
    sqlite.prepare('INSERT INTO t VALUES (zeroblob(?))').run(pages * PAGE)
    checkpointer.afterCommit()
  }
  sqlite.exec('CREATE TABLE t (data BLOB)')
  write(500)
  expect(log()).toMatchObject({ checkpointed: 0 })
  expect(checkpointer.crowded).toBe(false)
  write(2000)
  expect(checkpointer.crowded).toBe(true)
  await copied.promise
  expect(checkpointer.crowded).toBe(false)
  const { log: pages, checkpointed } = log() as { log: number; checkpointed: number }
  expect(checkpointed).toBe(pages)
  await checkpointer.close()
})
