import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RetryPolicy } from '@refbot/scheduler'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRefbot, type Refbot, type RefbotConfigInput } from './index.ts'

const fixture = join(import.meta.dirname, 'fixtures', 'plugins', 'boots')
const HOUR = 3_600_000

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'refbot-boots-'))
  symlinkSync(join(import.meta.dirname, '..', 'node_modules'), join(folder, 'node_modules'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A host with one plugin that is not ready at first, and resolves what becomes of its runs. */
async function host(settings: object, config: RefbotConfigInput = {}) {
  const pluginsDir = join(folder, 'plugins')
  cpSync(fixture, join(pluginsDir, 'boots'), { recursive: true })
  writeFileSync(join(pluginsDir, 'boots', 'plugin_config.json'), JSON.stringify({ enabled: true, settings }))
  const refbot = await createRefbot({ dataDir: join(folder, 'data'), pluginsDir, ...config })
  const becomes = (status: string) => {
    const { promise, resolve } = Promise.withResolvers<string>()
    const off = refbot.events.listen(({ type, data }) => {
      if (type === 'run.changed' && data.status === status) resolve(data.executionId)
    })
    return promise.finally(off)
  }
  return { refbot, becomes, [Symbol.asyncDispose]: () => refbot[Symbol.asyncDispose]() }
}

const once = (notReady: RetryPolicy, more: object = {}) => ({
  jobs: [{ id: 'once', plugin: 'boots', at: '2026-01-01T00:00:00Z', notReady, ...more }],
})
const summary = async ({ plugins }: Refbot) => (await plugins.getPluginsSummary())[0]

describe('a plugin that is not ready', () => {
  it('is tried again until it is, however few attempts its job allows', async () => {
    await using boots = await host({ readyAtAttempt: 3 }, once({ attempts: 5, delayMs: 0 }))
    const over = boots.becomes('success')
    await boots.refbot.start()
    const run = await boots.refbot.runs.get(await over)
    expect([run.result, run.retryAt]).toEqual([3, undefined])
    expect(run.attempts.map(({ error }) => error?.code)).toEqual(['PLUGIN_NOT_READY', 'PLUGIN_NOT_READY', undefined])
    const outcomes = boots.refbot.analytics.window('run.success', HOUR)
    expect(outcomes).toMatchObject({ count: 1, mean: 1 })
  }, 60_000)

  it('says until when it waits and because of what, and waits no longer once it is stopped', async () => {
    await using boots = await host({ readyAtAttempt: 9 }, once({ attempts: 2, delayMs: HOUR }))
    const waits = boots.becomes('retrying')
    await boots.refbot.start()
    const runId = await waits
    const { retryAt = 0, attempts } = await boots.refbot.runs.get(runId)
    expect(retryAt).toBe((attempts[0]?.endedAt ?? 0) + HOUR)
    expect(await summary(boots.refbot)).toMatchObject({
      waiting: { runId, until: retryAt, error: { code: 'PLUGIN_NOT_READY', message: 'The shop still boots.' } },
    })
    await boots.refbot.plugins.stopPlugin('boots')
    expect(await summary(boots.refbot)).toMatchObject({ waiting: undefined })
    expect(await boots.refbot.runs.get(runId)).toMatchObject({ status: 'cancelled' })
  }, 60_000)

  it('has failed where it never was ready', async () => {
    await using boots = await host({ readyAtAttempt: 9 }, once({ attempts: 2, delayMs: 0 }))
    const over = boots.becomes('failed')
    await boots.refbot.start()
    const { attempts, error } = await boots.refbot.runs.get(await over)
    expect([attempts.length, error?.code]).toEqual([2, 'PLUGIN_NOT_READY'])
    const outcomes = boots.refbot.analytics.window('run.success', HOUR)
    expect(outcomes).toMatchObject({ count: 1, mean: 0 })
  }, 60_000)

  it('is waited for in a run by hand as well, at first for seconds', async () => {
    await using boots = await host({ readyAtAttempt: 9 })
    await boots.refbot.start()
    const waits = boots.becomes('retrying')
    const { id } = await boots.refbot.plugins.runPlugin('boots')
    expect(await waits).toBe(id)
    const { attempts, retryAt } = await boots.refbot.runs.get(id)
    const [first] = attempts
    // An attempt that has begun meanwhile waits for nothing any more.
    if (attempts.length === 1) expect((retryAt ?? 0) - (first?.endedAt ?? 0)).toBeLessThanOrEqual(5000)
    await boots.refbot.plugins.stopPlugin('boots')
  }, 60_000)
})

describe('a configuration that cannot work', () => {
  it('is not tried again, whatever the job allows', async () => {
    const retry = { retry: { attempts: 9, delayMs: 0 } }
    const settings = { readyAtAttempt: 2, thenConfigError: true }
    await using boots = await host(settings, once({ attempts: 9, delayMs: 0 }, retry))
    const over = boots.becomes('failed')
    await boots.refbot.start()
    const { attempts } = await boots.refbot.runs.get(await over)
    expect(attempts.map(({ error }) => error?.code)).toEqual(['PLUGIN_NOT_READY', 'PLUGIN_CONFIG_INVALID'])
  }, 60_000)
})
