import { startApi } from '@refbot/api'
import { createRefbot, type Refbot } from '@refbot/runtime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, workFolder } from '../test-support.ts'

/** A server in this process, whose alerts are evaluated when a test says so. */
const stack = new AsyncDisposableStack()
const folder = stack.use(workFolder())
const cwd = folder.path
let bot: Refbot
let env: Record<string, string>
beforeAll(async () => {
  const alerts = [{ id: 'slow', metric: 'm', above: 1, severity: 'critical' as const }]
  bot = stack.use(await createRefbot({ dataDir: `${cwd}/data`, pluginsDir: cwd, api: { port: 0 }, alerts }))
  await bot.start()
  env = { REFBOT_URL: stack.use(await startApi(bot)).url, REFBOT_TOKEN: bot.adminToken }
})
afterAll(() => stack.disposeAsync())

async function ok(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await call(args, { cwd, env })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}
const json = async (...args: string[]) => JSON.parse(await ok(...args, '--json'))

describe('alerts', () => {
  it('are listed, taken on, and shown to be', async () => {
    expect(await ok('alerts', 'list')).toBe('No alert.\n')
    bot.analytics.record('m', 5)
    await bot.alerts.evaluate()
    expect(await ok('alerts', 'list', '--state', 'firing')).toMatch(/^slow +critical +■ firing +\S.* +5 +/m)
    expect(await ok('alerts', 'ack', 'slow')).toBe('slow is taken on by admin: it is not repeated any more.\n')
    expect(await ok('alerts', 'list')).toMatch(/ taken on by admin$/m)
    expect(await json('alerts', 'list', '--state', 'resolved')).toEqual({ alerts: [] })
  })

  it('are silenced until an end, which may come before its time', async () => {
    expect(await ok('alerts', 'silences')).toBe('Nothing is silenced.\n')
    const words = ['slow', '--labels', 'plugin=shop,region=de', '--for', '2h', '--comment', 'moving house']
    const { id } = await json('alerts', 'silence', ...words)
    expect(await ok('alerts', 'silences')).toMatch(
      new RegExp(`^${id} +slow plugin=shop region=de +\\S.* admin +moving house$`, 'm'),
    )
    const { id: all } = await json('alerts', 'silence', 'slow', '--until', '2999-01-01')
    expect(await ok('alerts', 'list')).toContain(`silenced by ${all}`)
    for (const one of [id, all]) expect(await ok('alerts', 'unsilence', one)).toBe(`${one} has ended.\n`)
    expect(await json('alerts', 'silences')).toEqual({ silences: [] })
  })
})
