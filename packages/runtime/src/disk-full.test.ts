import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { createRefbot } from './index.ts'
import { mountDisk } from './store/testing/mount.ts'

const MB = 1024 * 1024
const folder = mkdtempSync(join(tmpdir(), 'refbot-disk-'))
const disk = mountDisk(folder, 64 * MB)
afterAll(() => {
  disk?.[Symbol.dispose]()
  rmSync(folder, { recursive: true, force: true })
})

describe.skipIf(disk === undefined)('a RefBot whose disk fills up (skipped where none may be mounted)', () => {
  it('starts no run and says why, lets those that run end, and goes on by itself when there is room', async () => {
    const bot = await createRefbot({
      dataDir: join(folder, 'data'),
      pluginsDir: join(import.meta.dirname, 'fixtures', 'plugins'),
      store: { minFreeBytes: 8 * MB, reserveBytes: 4 * MB },
    })
    await bot.start()
    const told: string[] = []
    bot.events.on('store.health', ({ data }) => told.push(data.status))
    const running = await bot.plugins.startPlugin('waits')
    const stuffing = join(folder, 'stuffing')
    writeFileSync(stuffing, Buffer.alloc(52 * MB, 1))
    // Any write looks at the room, at most once a second.
    await vi.waitUntil(
      async () => {
        await bot.store.plugins.setDesired('waits', 'armed')
        return bot.store.health().status === 'low'
      },
      { timeout: 20_000, interval: 200 },
    )
    await expect(bot.plugins.startPlugin('hello')).rejects.toMatchObject({
      code: 'STORE_DISK_FULL',
      hint: expect.any(String),
    })
    await bot.runs.cancel(running.id)
    expect(await bot.runs.settled(running.id)).toMatchObject({ status: 'cancelled' })
    expect(bot.scheduler.jobs().filter(({ config }) => config.id.startsWith('run:'))).toEqual([])

    rmSync(stuffing)
    await vi.waitUntil(() => bot.store.health().status === 'ok', { timeout: 20_000 })
    const again = await bot.plugins.startPlugin('hello')
    expect(await bot.runs.settled(again.id)).toMatchObject({ status: 'success' })
    expect(told).toEqual(['low', 'ok'])

    writeFileSync(stuffing, Buffer.alloc(48 * MB, 1))
    await expect(bot.stop({ reason: 'closed' })).resolves.toBeUndefined()
  }, 60_000)
})
