import { mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { checkStore } from './index.ts'
import { end, id, run } from './testing/contracts.ts'
import { TestFolder } from './testing/folder.ts'

async function filled(folder: TestFolder): Promise<void> {
  await using store = await folder.open()
  for (const number of [1, 2]) {
    await store.executions.claim(run(number))
    mkdirSync(join(folder.path, 'artifacts', id(number)), { recursive: true })
    writeFileSync(join(folder.path, 'artifacts', id(number), 'a.png'), 'image')
    mkdirSync(join(folder.path, 'logs'), { recursive: true })
    writeFileSync(join(folder.path, 'logs', `${id(number)}.ndjson`), '{}\n')
    await store.artifacts.add({ runId: id(number), name: 'a.png', contentType: 'image/png', bytes: 5 })
  }
  await end(store, 1, 'success', 5)
}

describe('a check of the store', () => {
  it('finds nothing wrong with a sound one, and says how large everything is', async () => {
    using folder = new TestFolder()
    await filled(folder)
    const check = await checkStore(folder.path)
    expect(check).toMatchObject({
      ok: true,
      integrity: [],
      brokenReferences: {},
      artifactsWithoutFile: [],
      filesWithoutRecord: [],
      rows: { execution: 2, run: 2, artifact: 2, event: 5 },
      bytes: { artifacts: 10, logs: 6 },
    })
    expect(check.bytes.database).toBeGreaterThan(10_000)
    expect(Object.values(check.bytes.tables).reduce((a, b) => a + b)).toBeLessThanOrEqual(check.bytes.database)
    expect(check.bytes.tables.execution).toBeGreaterThan(0)
  })

  it('sees what is written beside it, and holds nobody up', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    await store.executions.claim(run(1))
    const [check] = await Promise.all([checkStore(folder.path), store.executions.claim(run(2))])
    expect(check.ok).toBe(true)
    expect(check.rows.execution).toBeGreaterThanOrEqual(1)
  })

  it('finds orphans both ways, and takes what a run is still writing for none', async () => {
    using folder = new TestFolder()
    await filled(folder)
    rmSync(join(folder.path, 'artifacts', id(1), 'a.png'))
    for (const path of [`artifacts/${id(1)}/x.png`, `artifacts/${id(2)}/x.png`, 'logs/none.ndjson']) {
      writeFileSync(join(folder.path, path), 'x')
    }
    expect(await checkStore(folder.path)).toMatchObject({
      ok: true,
      artifactsWithoutFile: [`${id(1)}/a.png`],
      filesWithoutRecord: [`artifacts/${id(1)}/x.png`, 'logs/none.ndjson'],
    })
  })

  it('finds rows that refer to nothing', async () => {
    using folder = new TestFolder()
    await filled(folder)
    {
      using db = new DatabaseSync(folder.database, { enableForeignKeyConstraints: false })
      db.exec(`DELETE FROM run WHERE id = '${id(1)}'`)
    }
    expect(await checkStore(folder.path)).toMatchObject({ ok: false, brokenReferences: { artifact: 1 } })
  })

  it('finds damage, whether it can still read around it or not', async () => {
    using folder = new TestFolder()
    await filled(folder)
    const fd = openSync(folder.database, 'r+')
    for (let page = 4; page < 12; page += 1) writeSync(fd, Buffer.alloc(100, 0xff), 0, 100, page * 4096)
    const outcome = await checkStore(folder.path).catch((error: unknown) => error)
    const says = expect.objectContaining({ ok: false, integrity: expect.arrayContaining([expect.any(String)]) })
    const refuses = expect.objectContaining({ code: 'STORE_UNUSABLE' })
    expect([says, refuses].some((expected) => expected.asymmetricMatch(outcome))).toBe(true)
  })

  it('of a directory without a database is refused', async () => {
    using folder = new TestFolder()
    await expect(checkStore(folder.path)).rejects.toMatchObject({ code: 'STORE_UNUSABLE' })
  })
})
