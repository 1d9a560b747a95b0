import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { createRefbot, type Refbot, type RefbotConfigInput } from './index.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'refbot-life-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

const CONFIG: RefbotConfigInput = {
  dataDir,
  pluginsDir: join(import.meta.dirname, 'fixtures', 'none'),
  proxies: ['127.0.0.1:3128', '127.0.0.1:3129:user:s3cret'],
  alerts: [{ id: 'slow', metric: 'm', above: 1 }],
}

async function live(body: (bot: Refbot) => Promise<void>): Promise<void> {
  await using bot = await createRefbot(CONFIG)
  await bot.start()
  await body(bot)
}

function events(): { type: string; data: unknown }[] {
  using db = new DatabaseSync(join(dataDir, 'refbot.db'), { readOnly: true })
  const rows = db.prepare('SELECT type, data FROM event ORDER BY id').all()
  return rows.map(({ type, data }) => ({ type: String(type), data: JSON.parse(String(data)) }))
}

describe('from one life to the next', () => {
  it('proxies keep what was learnt of them, and events tell of start, reload and stop', async () => {
    await live(async (bot) => {
      const [first, second] = bot.proxies.proxies()
      for (let i = 0; i < 3; i += 1) bot.proxies.report(first?.id ?? '', { latencyMs: 50 })
      bot.proxies.isolate(second?.id ?? '')
      await bot.reload({ ...CONFIG, alerts: [], api: { port: 1 } })
    })
    const told = events()
    expect(told.map(({ type }) => type).toSorted()).toEqual([
      'config.reloaded',
      'job.saved',
      'proxy.circuit',
      'service.started',
      'service.stopping',
    ])
    expect(told.find(({ type }) => type === 'config.reloaded')?.data).toEqual({
      live: ['alerts'],
      restart: ['api.port'],
    })
    await live(async (bot) => {
      const scores = bot.proxies.scores()
      expect(scores.map(({ uses }) => uses).sort()).toEqual([0, 3])
      expect(scores.filter(({ isolated }) => isolated).map(({ proxy }) => proxy.username)).toEqual(['user'])
    })
    expect(JSON.stringify(events())).not.toContain('s3cret')
  })
})
