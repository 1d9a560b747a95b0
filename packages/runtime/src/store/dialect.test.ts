import { chmodSync, readFileSync, statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openDatabase } from './dialect.ts'
import { TestFolder } from './testing/folder.ts'

const mode = (file: string) => statSync(file).mode & 0o777

describe('a database that is opened', () => {
  it("is its owner's alone, its log too, also when it was not before", () => {
    using folder = new TestFolder()
    for (const prepare of [() => undefined, () => chmodSync(folder.database, 0o644)]) {
      prepare()
      using db = openDatabase(folder.database, { readOnly: false })
      db.exec('CREATE TABLE IF NOT EXISTS t (a); INSERT INTO t VALUES (1)')
      expect([folder.database, `${folder.database}-wal`].map(mode)).toEqual([0o600, 0o600])
    }
  })

  it.skipIf(process.platform !== 'linux')('again in the same process keeps the locks of the first connection', () => {
    using folder = new TestFolder()
    using first = openDatabase(folder.database, { readOnly: false })
    first.exec('CREATE TABLE t (a)')
    expect(isLocked(folder.database)).toBe(true)
    using _second = openDatabase(folder.database, { readOnly: false })
    expect(isLocked(folder.database)).toBe(true)
  })
})

/** Whether this process holds a lock on the file, as the kernel says. */
function isLocked(file: string): boolean {
  const { ino } = statSync(file)
  return readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .some((line) => new RegExp(` ${process.pid} \\w+:\\w+:${ino} `).test(line))
}
