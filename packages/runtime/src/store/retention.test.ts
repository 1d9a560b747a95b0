import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { applyRetention, type Store } from './index.ts'
import { AT, end, id, run } from './testing/contracts.ts'
import { TestFolder } from './testing/folder.ts'
import { proxyMemory } from './testing/operator-samples.ts'

const DAY = 86_400_000

/** A run of a day, with a log and artifacts of so many bytes each. */
async function ended(
  folder: TestFolder,
  store: Store,
  day: number,
  artifacts: readonly number[] = [],
): Promise<string> {
  folder.now = AT + day * DAY
  await store.executions.claim(run(day))
  for (const [index, bytes] of artifacts.entries()) {
    const file = artifact(folder, day, `${index}.png`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, Buffer.alloc(bytes))
    await store.artifacts.add({ runId: id(day), name: `${index}.png`, contentType: 'image/png', bytes })
  }
  mkdirSync(join(folder.path, 'logs'), { recursive: true })
  writeFileSync(log(folder, day), '{}\n')
  await end(store, day, 'success', 5)
  return id(day)
}

const artifact = (folder: TestFolder, day: number, name: string) => join(folder.path, 'artifacts', id(day), name)
const log = (folder: TestFolder, day: number) => join(folder.path, 'logs', `${id(day)}.ndjson`)

describe('retention', () => {
  it('deletes executions that are too old with all that is theirs: rows, artifacts, logs', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    await ended(folder, store, 1, [10, 20])
    await ended(folder, store, 5, [30])
    folder.now = AT + 10 * DAY
    const deleted = await applyRetention(store, { executionMs: 7 * DAY }, folder.now)
    expect(deleted).toEqual({ artifact: { items: 2, bytes: 30 }, execution: { items: 1, bytes: 0 } })
    expect((await store.runs.list()).map((each) => each.id)).toEqual([id(5)])
    expect(await store.artifacts.list(id(1))).toEqual([])
    expect([existsSync(artifact(folder, 1, '')), existsSync(log(folder, 1))]).toEqual([false, false])
    expect([existsSync(artifact(folder, 5, '0.png')), existsSync(log(folder, 5))]).toEqual([true, true])
    expect(await store.select('SELECT count(*) AS n FROM attempt')).toEqual([{ n: 1 }])
  })

  it('deletes old entries of the audit, dead tokens and what was learnt of unused proxies; valid tokens stay', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    const entry = { actor: 'admin', actorName: 'admin', action: 'POST', target: '/a', outcome: '202' }
    folder.now = AT
    await store.audit.add(entry)
    for (const tokenId of ['valid', 'revoked', 'expired', 'fresh']) {
      const expiresAt = { expired: AT + DAY, fresh: AT + 9 * DAY }[tokenId]
      const token = { id: tokenId, name: tokenId, rights: 'read', hash: tokenId } as const
      await store.tokens.add(expiresAt === undefined ? token : { ...token, expiresAt })
    }
    await store.tokens.revoke('revoked')
    await store.proxyHealth.save({ takenAt: AT, proxies: [proxyMemory('unused')] })
    folder.now = AT + 10 * DAY
    await store.audit.add(entry)
    await store.proxyHealth.save({ takenAt: folder.now, proxies: [proxyMemory('used')] })
    const deleted = await applyRetention(store, { auditMs: 7 * DAY, proxyHealthMs: 7 * DAY }, folder.now)
    const one = { items: 1, bytes: 0 }
    expect(deleted).toEqual({ audit: one, token: { items: 2, bytes: 0 }, proxy_health: one })
    expect((await store.audit.list()).map(({ at }) => at)).toEqual([folder.now])
    expect((await store.tokens.list()).map((token) => token.id)).toEqual(['fresh', 'valid'])
    expect((await store.proxyHealth.load()).flatMap(({ proxies }) => proxies.map((each) => each.id))).toEqual(['used'])
  })

  it('leaves alone what is still running, however old', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    folder.now = AT
    await store.executions.claim(run(1))
    await store.artifacts.add({ runId: id(1), name: 'a', contentType: 'x', bytes: 1 })
    const policy = { executionMs: DAY, artifactMs: DAY, artifactBytes: 0 }
    expect(await applyRetention(store, policy, AT + 100 * DAY)).toEqual({})
    expect(await store.artifacts.list(id(1))).toHaveLength(1)
  })

  it('deletes the oldest artifacts until all together are small enough, and no more', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    for (const day of [1, 2, 3]) await ended(folder, store, day, [100, 100])
    const deleted = await applyRetention(store, { artifactBytes: 350 }, folder.now)
    expect(deleted).toEqual({ artifact: { items: 3, bytes: 300 } })
    const left = await Promise.all([1, 2, 3].map(async (day) => (await store.artifacts.list(id(day))).length))
    expect(left).toEqual([0, 1, 2])
    expect(existsSync(artifact(folder, 1, ''))).toBe(false)
    expect(existsSync(artifact(folder, 2, '1.png'))).toBe(true)
    expect(await store.runs.list()).toHaveLength(3)
  })

  it('deletes artifacts by age, and keeps their runs', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    await ended(folder, store, 1, [10])
    await ended(folder, store, 5, [10])
    await applyRetention(store, { artifactMs: 3 * DAY }, AT + 6 * DAY)
    expect([existsSync(artifact(folder, 1, '0.png')), existsSync(artifact(folder, 5, '0.png'))]).toEqual([false, true])
    expect(await store.runs.list()).toHaveLength(2)
  })

  it('never deletes a file outside of the folder of the run', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    const precious = join(folder.path, 'precious')
    writeFileSync(precious, 'x')
    await ended(folder, store, 1)
    await store.artifacts.add({ runId: id(1), name: '../../precious', contentType: 'x', bytes: 1 })
    expect(await applyRetention(store, { artifactBytes: 0 }, folder.now)).toMatchObject({ artifact: { items: 1 } })
    expect(existsSync(precious)).toBe(true)
  })

  it('shortens the event stream from its start, and tells a reader who comes too late of the gap', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    for (let i = 0; i < 10; i += 1) {
      folder.now = AT + i * DAY
      await store.plugins.setDesired(`p${i}`, 'armed')
    }
    await applyRetention(store, { eventMs: 3 * DAY }, AT + 9 * DAY)
    const reader = store.feed.subscribe({ after: 2 })
    expect((await reader.next()).value).toEqual({ type: 'gap', after: 2, until: 6 })
    const rest = [
      await reader.next(),
      await reader.next(),
      await reader.next(),
      await reader.next(),
      await reader.next(),
    ]
    expect(rest.map(({ value }) => (value as { id: number }).id)).toEqual([7, 8, 9, 10, 11])
    await reader.return()
  })

  it('tells once what was deleted, also by a pass that was cut off', async () => {
    using folder = new TestFolder()
    {
      await using store = await folder.open()
      for (let i = 0; i < 30; i += 1) await store.pluginValues.set('shop', `k${i}`, i)
      expect(await store.prune('plugin_value', folder.now + 1, 20)).toMatchObject({ deleted: 20, more: true })
      expect(folder.events).toEqual([])
    }
    await using store = await folder.open()
    await applyRetention(store, { pluginValueMs: 0 }, folder.now + 1)
    await applyRetention(store, { pluginValueMs: 0 }, folder.now + 1)
    expect(folder.events).toMatchObject([
      { type: 'store.pruned', data: { deleted: { plugin_value: { items: 30, bytes: 0 } } } },
    ])
  })

  it('gives the room back to the file system', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    const value = 'x'.repeat(5000)
    await Promise.all(Array.from({ length: 1000 }, (_, i) => store.pluginValues.set('shop', `k${i}`, value)))
    const before = await databaseBytes(store)
    await applyRetention(store, { pluginValueMs: 0 }, folder.now + 1)
    expect(await databaseBytes(store)).toBeLessThan(before / 5)
    await store.close()
    expect(statSync(folder.database).size).toBeLessThan(before / 5)
  })

  it('goes step by step: claims are made while it deletes', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    fill(folder.database, 20_000)
    let steps = 0
    const retention = applyRetention(store, { executionMs: DAY }, folder.now).finally(() => {
      steps = -1
    })
    let claims = 0
    for (; steps >= 0; claims += 1) await store.executions.claim(run(claims))
    expect(await retention).toEqual({ execution: { items: 20_000, bytes: 0 } })
    expect(claims).toBeGreaterThan(5)
  })
})

async function databaseBytes(store: Store): Promise<number> {
  const [row] = await store.select('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size')
  return Number(row?.bytes)
}

function fill(file: string, count: number): void {
  using db = new DatabaseSync(file, { timeout: 5000 })
  db.exec(`
    BEGIN;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
    INSERT INTO execution (id, job_id, task, scheduled_at, claimed_at, ended_at, status, created_at)
      SELECT printf('old-%07d', i), 'old', 'tidy', i, i, i, 'success', ${AT} FROM n;
    INSERT INTO attempt SELECT id, 1, 1, 1, NULL, ${AT} FROM execution WHERE job_id = 'old';
    COMMIT;
  `)
}
