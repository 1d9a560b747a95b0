import { copyFileSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { id, run } from './testing/contracts.ts'
import { TestFolder } from './testing/folder.ts'
import { discardedBytes } from './wal.ts'

const MB = 1024 * 1024

async function used(folder: TestFolder): Promise<void> {
  await (await folder.open()).close()
  using db = new DatabaseSync(folder.database)
  db.exec(`INSERT INTO event (type, data, created_at) VALUES ('x', hex(zeroblob(${3 * MB})), 1); DELETE FROM event`)
}

it.each([0, 3])(
  'a used store whose log has its room loses nothing that %i claims left there when it is killed',
  async (claims) => {
    using source = new TestFolder()
    using folder = new TestFolder()
    await used(source)
    await using store = await source.open()
    expect(statSync(`${source.database}-wal`).size).toBe(16 * MB)
    for (let i = 1; i <= claims; i += 1) await store.executions.claim(run(i))
    for (const end of ['', '-wal']) copyFileSync(source.database + end, folder.database + end)

    expect(discardedBytes(`${folder.database}-wal`)).toBe(0)
    await using after = await folder.open()
    expect(after.opening.discardedBytes).toBe(0)
    expect((await after.runs.list()).map((each) => each.id)).toEqual([1, 2, 3].slice(0, claims).map(id).reverse())
    expect(await after.executions.claim(run(99))).toBe(true)
  },
)

it('a new store takes no room', async () => {
  using folder = new TestFolder()
  await using store = await folder.open()
  await store.executions.claim(run(1))
  expect(statSync(`${folder.database}-wal`).size).toBeLessThan(MB)
})
