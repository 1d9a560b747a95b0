import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { applyRetention, type Store, type StoreOptions } from '../index.ts'
import { AT, end, id, run } from '../testing/contracts.ts'
import { TestFolder } from '../testing/folder.ts'
import { mountDisk } from '../testing/mount.ts'

const MB = 1024 * 1024
const RESERVE = 8 * MB

const folder = new TestFolder()
const disk = mountDisk(folder.path, 40 * MB)
afterAll(() => {
  disk?.[Symbol.dispose]()
  folder[Symbol.dispose]()
})
beforeEach(() => {
  if (disk === undefined) return
  for (const name of readdirSync(folder.path)) rmSync(join(folder.path, name), { recursive: true })
  folder.events.length = 0
})

const open = (options: Partial<StoreOptions> = {}) =>
  folder.open({ reserveBytes: RESERVE, minFreeBytes: MB / 2, ...options })
const stuffing = () => join(folder.path, 'stuffing')

/** Fills the disk to the last page. */
function stuff(leave = 0): void {
  const block = Buffer.alloc(64 * 1024, 1)
  try {
    while (true) writeFileSync(stuffing(), block, { flag: 'a' })
  } catch {
    // Full.
  }
  if (leave > 0) {
    const size = statSync(stuffing()).size
    rmSync(stuffing())
    writeFileSync(stuffing(), Buffer.alloc(size - leave, 1))
  }
}

async function ready(store: Store): Promise<void> {
  await vi.waitFor(() => expect(existsSync(join(folder.path, 'reserve'))).toBe(true), { timeout: 5000 })
  await store.executions.listJobs()
}

const recovered = (store: Store) =>
  vi.waitFor(() => expect(store.health().status).toBe('ok'), { timeout: 10_000, interval: 50 })

describe.skipIf(disk === undefined)('a full disk (skipped where no file system may be mounted)', () => {
  it('lets running runs end, starts no other, corrupts nothing, and recovers by itself', async () => {
    await using store = await open()
    await ready(store)
    await store.executions.claim(run(1))
    stuff()
    const filler = { ...run(2), task: 'tidy', result: 'x'.repeat(8 * MB) }
    await expect(store.executions.claim(filler)).rejects.toMatchObject({ code: 'STORE_DISK_FULL' })
    expect(store.health()).toMatchObject({ status: 'full', detail: expect.stringMatching(/full/) })
    expect(existsSync(join(folder.path, 'reserve'))).toBe(false)

    await end(store, 1, 'success', 5)
    await expect(store.executions.claim(run(3))).rejects.toMatchObject({
      code: 'STORE_DISK_FULL',
      hint: expect.any(String),
    })
    expect((await store.runs.list()).map((each) => [each.id, each.status])).toEqual([[id(1), 'success']])

    rmSync(stuffing())
    await recovered(store)
    expect(statSync(join(folder.path, 'reserve')).size).toBe(RESERVE)
    expect(await store.executions.claim(run(3))).toBe(true)
    const told = folder.events
      .filter(({ type }) => type === 'store.health')
      .map(({ data }) => (data as { status: string }).status)
    expect(told.at(-1)).toBe('ok')
    await store.close()
    using db = new DatabaseSync(folder.database)
    expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  })

  it('lets retention delete, which makes the room', async () => {
    await using store = await open()
    await ready(store)
    folder.now = AT
    const value = 'x'.repeat(50_000)
    for (let i = 0; i < 60; i += 1) await store.pluginValues.set('shop', `k${i}`, value)
    stuff()
    for (let i = 0; store.health().status !== 'full'; i += 1) {
      expect(i).toBeLessThan(20)
      await store.pluginValues.set('shop', `more${i}`, value.repeat(50)).catch(() => undefined)
    }
    const deleted = await applyRetention(store, { pluginValueMs: 1 }, AT + 10)
    expect(deleted.plugin_value?.items).toBeGreaterThanOrEqual(60)
    expect(await store.pluginValues.list('shop', '')).toEqual([])
  })

  it('that is nearly full lets no run start, and everything else go on', async () => {
    await using store = await open({ minFreeBytes: 6 * MB })
    await ready(store)
    await store.executions.claim(run(1))
    stuff(2 * MB)
    await vi
      .waitFor(() => expect(store.health().status).toBe('low'), { timeout: 5000 })
      .catch(async () => {
        await store.plugins.setDesired('shop', 'armed')
        expect(store.health().status).toBe('low')
      })
    await expect(store.executions.claim(run(2))).rejects.toMatchObject({ code: 'STORE_DISK_FULL' })
    expect(await store.executions.claim({ ...run(3), task: 'retention' })).toBe(true)
    await end(store, 1, 'success', 5)
    expect(existsSync(join(folder.path, 'reserve'))).toBe(true)
    rmSync(stuffing())
    await recovered(store)
    expect(await store.executions.claim(run(2))).toBe(true)
  })
})
