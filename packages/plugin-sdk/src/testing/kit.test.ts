import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ConfigError, definePlugin, StoppedError, z } from '../index.ts'
import { createTestContext, expectPluginContract, runPlugin, TestClock } from './index.ts'

const plugin = definePlugin({
  config: z.object({ url: z.url(), rounds: z.int().min(1).default(2) }),
  permissions: ['http', 'proxies'],
  secrets: ['key'],
  actions: {
    inspect: {
      input: z.object({ depth: z.int().default(1) }),
      execute: ({ input, config }) => ({ ...input, url: config.url }),
    },
  },
  async execute({
    config,
    http,
    secrets,
    log,
    metrics,
    step,
    storage,
    events,
    proxies,
    artifacts,
    progress,
    checkpoint,
    sleep,
  }) {
    for (let round = 1; round <= config.rounds; round += 1) {
      await checkpoint()
      await step('round', () =>
        step('ask', async () => {
          await using lease = await proxies.lease()
          const answer = await metrics.time('asked', () => http.request(config.url, { proxy: lease }))
          log.info(`status ${answer.status} with ${await secrets.get('key')}`)
        }),
      )
      await storage.compareAndSet('rounds', round === 1 ? undefined : round - 1, round)
      progress(round, config.rounds)
      await sleep(60_000)
    }
    await events.emit('all.done')
    await artifacts.write('done.txt', 'yes', 'text/plain')
    return { rounds: config.rounds, nothing: undefined }
  },
})
const url = 'http://127.0.0.1:1/'
const host = { secrets: { key: 's3cret-key' }, proxies: ['http://a:1', 'http://b:2'], http: () => ({ status: 201 }) }

describe('runPlugin', () => {
  it('runs a plugin to its end, and records everything that it said and did', async () => {
    const run = await runPlugin(plugin, { config: { url }, ...host })
    expect(await run.result).toStrictEqual({ rounds: 2 })
    expect(run.status).toBe('idle')
    expect(run.lines.map(({ message, fields }) => [message, fields?.step])).toEqual([
      ['status 201 with [secret key]', 'round › ask'],
      ['status 201 with [secret key]', 'round › ask'],
    ])
    expect(run.steps.map(({ path }) => path)).toEqual(['round › ask', 'round', 'round › ask', 'round'])
    expect(run.metrics.map(({ name }) => name)).toEqual(['asked', 'asked.success', 'asked', 'asked.success'])
    expect(run.leases).toEqual([
      { proxy: 'http://a:1', failed: undefined, released: true },
      { proxy: 'http://b:2', failed: undefined, released: true },
    ])
    expect(run.storage.get('rounds')).toBe(2)
    expect(run.progress).toEqual([
      { done: 1, total: 2 },
      { done: 2, total: 2 },
    ])
    expect(run.events).toEqual([{ name: 'all.done', data: null }])
    expect(run.artifacts.get('done.txt')).toMatchObject({ content: 'yes', bytes: 3 })
    expect(run.clock.waits).toEqual([60_000, 60_000])
  })

  it('runs an action with its own input', async () => {
    const run = await runPlugin(plugin, { config: { url }, action: { name: 'inspect', input: {} } })
    expect(await run.result).toEqual({ depth: 1, url })
  })

  it('refuses settings as a host does', async () => {
    await expect(runPlugin(plugin, { config: { url: 'x' } })).rejects.toThrow(ConfigError)
  })

  it('grants only what the plugin asks for', async () => {
    const greedy = definePlugin({ config: z.object({}), execute: async ({ http }) => (await http.request(url)).status })
    const run = await runPlugin(greedy, { config: {}, ...host })
    await expect(run.result).rejects.toMatchObject({ code: 'PLUGIN_PERMISSION_MISSING' })
    await expect(run.waitFor('error')).resolves.toBeUndefined()
  })

  it('reads only secrets that the plugin names, as a host does', async () => {
    const curious = definePlugin({ config: z.object({}), execute: async ({ secrets }) => secrets.get('key') })
    const run = await runPlugin(curious, { config: {}, ...host })
    await expect(run.result).rejects.toMatchObject({ code: 'SECRET_NOT_GRANTED' })
  })

  it('shows neither a secret nor a hidden setting, whatever is said', async () => {
    const talks = definePlugin({
      config: z.object({ password: z.string().meta({ writeOnly: true }) }),
      secrets: ['key'],
      async execute({ config: { password }, secrets, log, step, progress, events }) {
        const key = await secrets.get('key')
        log.info(password)
        progress(1, 1, key)
        await step(password, () => undefined)
        await events.emit('told', { password })
        return { key, password }
      },
    })
    const run = await runPlugin(talks, { config: { password: 'hunter2' }, ...host })
    expect(await run.result).toEqual({ key: '[secret key]', password: '[secret password]' })
    const { lines, steps, progress, events } = run
    expect(JSON.stringify({ lines, steps, progress, events })).not.toMatch(/hunter2|s3cret/)
  })

  it.each([
    ['EVENT_TOO_LARGE', 1, 'x'.repeat(17_000)],
    ['EVENT_LIMIT', 1001, 'x'],
  ])('limits events as a host does: %s', async (code, count, data) => {
    const tells = definePlugin({
      config: z.object({}),
      async execute({ events }) {
        for (let n = 0; n < count; n += 1) await events.emit('told', data)
      },
    })
    await expect((await runPlugin(tells, { config: {} })).result).rejects.toMatchObject({ code })
  })

  it('pauses at a checkpoint, goes on, and stops', async () => {
    const clock = new TestClock({ autoAdvance: false })
    const run = await runPlugin(plugin, { config: { url, rounds: 3 }, clock, ...host })
    run.pause()
    expect(run.status).toBe('running')
    await run.waitFor('paused')
    run.resume()
    await run.waitFor('running')
    run.stop()
    await run.waitFor('stopped')
    await expect(run.result).rejects.toThrow(StoppedError)
    await expect(run.waitFor('running')).rejects.toThrow('stopped')
  })

  it('holds a sleeping run for as long as it is paused, whatever the clock says', async () => {
    const clock = new TestClock({ autoAdvance: false })
    const sleeper = definePlugin({ config: z.object({}), execute: async ({ sleep }) => sleep(1000) })
    const run = await runPlugin(sleeper, { config: {}, clock })
    run.pause()
    await run.waitFor('paused')
    clock.advance(5000)
    expect(run.status).toBe('paused')
    run.resume()
    await run.waitFor('idle')
  })
})

describe('createTestContext', () => {
  it('gives settings that cannot be changed', () => {
    const { context } = createTestContext({ config: { deep: { list: [1] } } })
    expect(() => context.config.deep.list.push(2)).toThrow(TypeError)
  })
})

describe('a log line', () => {
  it('takes what is no object as a value, so that nothing of it is lost', () => {
    const { context, lines } = createTestContext({ config: {} })
    const info = context.log.info as (message: string, fields: unknown) => void
    info('text', 'of an author without types')
    info('list', [1, 2])
    info('nothing', null)
    expect(lines.map(({ fields }) => fields)).toEqual([
      { value: 'of an author without types' },
      { value: [1, 2] },
      { value: null },
    ])
  })
})

describe('expectPluginContract', () => {
  it('passes a plugin that throws at once where it is stopped', async () => {
    const strict = definePlugin({ config: z.object({}), execute: ({ signal }) => signal.throwIfAborted() })
    await expectPluginContract(strict, { config: {} })
  })

  it('passes a plugin that keeps it', async () => {
    await expectPluginContract(plugin, { config: { url }, invalid: [{}, { url: 'x' }] })
  })

  it.each([
    [
      'a schema without a JSON form, with its path',
      definePlugin({ config: z.object({ a: z.object({ at: z.date() }) }), execute: () => undefined }),
      { a: { at: new Date() } },
      /config\.a\.at/,
    ],
    [
      'a run that goes on although it is stopped',
      definePlugin({ config: z.object({}), execute: async ({ events }) => events.emit('x') }),
      {},
      /stopped before it begins/,
    ],
  ])('tells of %s', async (_, wrong, config, message) => {
    await expect(expectPluginContract(wrong as never, { config: config as never })).rejects.toThrow(message)
  })

  it('tells of settings that should be refused', async () => {
    await expect(expectPluginContract(plugin, { config: { url }, invalid: [{ url }] })).rejects.toThrow(
      'should be refused',
    )
  })
})

it('works under node:test as well', async () => {
  const file = join(import.meta.dirname, 'node-test.fixture.ts')
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const args = ['--conditions=@refbot/source', '--test', '--test-reporter=tap', file]
  const { stdout } = await promisify(execFile)(process.execPath, args, { env })
  expect(stdout).toMatch(/# pass 2\n/)
}, 60_000)
