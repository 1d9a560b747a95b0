import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pluginListSchema, pluginSchema } from '../schemas/plugins.ts'
import { runDetailsSchema, runPageSchema, runSchema } from '../schemas/runs.ts'
import { openApi, problem, read, type TestApi } from '../test-support.ts'

let api: TestApi
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api[Symbol.asyncDispose]())

const plugin = async (id: string) => read(await api.ask(`/api/plugins/${id}`), pluginSchema)
const runs = async (query: string) => read(await api.ask(`/api/runs${query}`), runPageSchema)
const details = async (id: string) => read(await api.ask(`/api/runs/${id}`), runDetailsSchema)
const start = async (id: string) => {
  const response = await api.ask(`/api/plugins/${id}/start`, { method: 'POST' })
  expect(response.status).toBe(202)
  return read(response, runSchema)
}
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

describe('plugins', () => {
  it('are listed by id, the broken ones with what is wrong', async () => {
    const { plugins } = await read(await api.ask('/api/plugins'), pluginListSchema)
    expect(plugins.map(({ id }) => id)).toEqual(['broken', 'failing', 'hello', 'slow'])
    expect(plugins[0]).toMatchObject({ status: 'error', error: { code: 'PLUGIN_MANIFEST_INVALID' } })
    expect(await plugin('hello')).toMatchObject({ name: 'Hello', version: '1.2.3', desired: 'stopped' })
  })

  it('that are not there are 404, and the known ones are named', async () => {
    for (const [path, method] of [
      ['/api/plugins/nope', 'GET'],
      ['/api/plugins/nope/start', 'POST'],
      ['/api/plugins/nope/stop', 'POST'],
    ] as const) {
      const response = await api.ask(path, { method })
      expect(response.status).toBe(404)
      expect(await problem(response)).toMatchObject({ code: 'PLUGIN_UNKNOWN', hint: expect.stringContaining('hello') })
    }
  })

  it('that are broken are 422 and leave no run behind', async () => {
    const response = await api.ask('/api/plugins/broken/start', { method: 'POST' })
    expect(response.status).toBe(422)
    expect(await problem(response)).toMatchObject({ code: 'PLUGIN_MANIFEST_INVALID' })
    expect(await runs('?plugin=broken')).toEqual({ runs: [] })
  })
})

describe('a run', () => {
  it('begins with 202 and ends with its steps, artifacts, result and log', async () => {
    const run = await start('hello')
    expect(run).toMatchObject({
      plugin: 'hello',
      cause: 'api',
      status: 'running',
      claimedAt: expect.stringMatching(ISO),
    })
    await api.refbot.runs.settled(run.id)
    const ended = await details(run.id)
    expect(ended).toMatchObject({
      status: 'success',
      result: { summary: { greetings: 1, text: 'hello' } },
      attempts: [{ number: 1, durationMs: expect.any(Number) }],
      steps: [{ path: 'greet', attempt: 1, number: 1, durationMs: expect.any(Number) }],
      artifacts: [{ name: 'greeting.html', contentType: 'text/html' }],
    })
    expect(Date.parse(ended.endedAt ?? '') - Date.parse(ended.claimedAt)).toBe(ended.durationMs)

    const log = await api.ask(`/api/runs/${run.id}/log`)
    expect(log.headers.get('content-type')).toBe('application/x-ndjson')
    const [line] = (await log.text()).trim().split('\n')
    expect(JSON.parse(line ?? '')).toMatchObject({ level: 'info', message: 'hello', time: expect.stringMatching(ISO) })
  })

  it('gives its files out for saving only, never for showing', async () => {
    const run = await start('hello')
    await api.refbot.runs.settled(run.id)
    const [artifact] = (await details(run.id)).artifacts
    const response = await api.ask(artifact?.href ?? '')
    expect(await response.text()).toBe('<script>alert(1)</script>hello')
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html',
      'content-length': String(artifact?.bytes),
      'content-disposition': `attachment; filename="greeting.html"; filename*=UTF-8''greeting.html`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
    })
    for (const name of ['nope.html', '..%2F..%2Fadmin-token', '%2Fetc%2Fpasswd']) {
      const refused = await api.ask(`/api/runs/${run.id}/artifacts/${name}`)
      expect(refused.status, name).toBe(404)
      expect(await problem(refused)).toMatchObject({ code: 'ARTIFACT_UNKNOWN' })
    }
  })

  it('that fails says why', async () => {
    const run = await start('failing')
    await api.refbot.runs.settled(run.id)
    expect(await details(run.id)).toMatchObject({
      status: 'failed',
      error: { code: 'MEANT_TO_FAIL', message: 'It failed as it was meant to.' },
      result: null,
    })
  })

  it('shows its progress while it runs, is cancelled once, and a second time is a conflict', async () => {
    const run = await start('slow')
    await new Promise<void>((resolve) => {
      const off = api.refbot.runs.on('progress', (id) => {
        if (id !== run.id) return
        off()
        resolve()
      })
      if (api.refbot.runs.progress(run.id) !== undefined) resolve()
    })
    expect(await details(run.id)).toMatchObject({ progress: { done: 1, total: 3, message: 'waiting' } })
    expect(await plugin('slow')).toMatchObject({ status: 'running' })
    const cancelled = await api.ask(`/api/runs/${run.id}/cancel`, { method: 'POST' })
    expect(cancelled.status).toBe(200)
    expect(await read(cancelled, runDetailsSchema)).toMatchObject({ id: run.id, status: 'cancelled' })
    const again = await api.ask(`/api/runs/${run.id}/cancel`, { method: 'POST' })
    expect(again.status).toBe(409)
    expect(await problem(again)).toMatchObject({ code: 'RUN_OVER' })
  })

  it('ends with its plugin', async () => {
    const run = await start('slow')
    const stopped = await api.ask('/api/plugins/slow/stop', { method: 'POST' })
    expect(await read(stopped, pluginSchema)).toMatchObject({ id: 'slow', status: 'stopped', desired: 'stopped' })
    expect(await details(run.id)).toMatchObject({ status: 'cancelled' })
  })

  it('that is not there is 404 on every route', async () => {
    for (const [path, method] of [
      ['/api/runs/nope', 'GET'],
      ['/api/runs/nope/log', 'GET'],
      ['/api/runs/nope/requests', 'GET'],
      ['/api/runs/nope/artifacts/x', 'GET'],
      ['/api/runs/nope/cancel', 'POST'],
    ] as const) {
      const response = await api.ask(path, { method })
      expect(response.status).toBe(404)
      expect(await problem(response)).toMatchObject({ code: 'RUN_UNKNOWN' })
    }
  })
})

describe('the list of runs', () => {
  it('pages without a gap or a repetition, newest first', async () => {
    const all = await runs('?limit=200')
    expect(all.runs.length).toBeGreaterThan(3)
    expect(all.next).toBeUndefined()
    const seen: string[] = []
    for (let query: string | undefined = '?limit=2'; query !== undefined; ) {
      const page: Awaited<ReturnType<typeof runs>> = await runs(query)
      seen.push(...page.runs.map(({ id }) => id))
      query = page.next === undefined ? undefined : `?limit=2&before=${page.next}`
    }
    expect(seen).toEqual(all.runs.map(({ id }) => id))
    expect(seen).toEqual(seen.toSorted().toReversed())
  })

  it('filters by plugin, status and time', async () => {
    const found = (await runs('?plugin=hello&status=success')).runs
    expect(found.length).toBeGreaterThan(0)
    expect(found.every((run) => run.plugin === 'hello')).toBe(true)
    expect(await runs(`?since=${encodeURIComponent(new Date(Date.now() + 60_000).toISOString())}`)).toEqual({
      runs: [],
    })
  })
})
