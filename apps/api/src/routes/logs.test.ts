import { RefbotError } from '@refbot/runtime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logLineSchema } from '../schemas/logs.ts'
import { messages, openApi, problem, type TestApi } from '../test-support.ts'

let api: TestApi
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api[Symbol.asyncDispose]())

async function lines(path: string) {
  const response = await api.ask(path)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/x-ndjson')
  const text = await response.text()
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => logLineSchema.strict().parse(JSON.parse(line)))
}

async function follow(path: string, headers: Record<string, string> = {}) {
  const response = await api.ask(path, { headers: { accept: 'text/event-stream', ...headers } })
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  return messages(response)
}

describe('the logs over the API', () => {
  it("hold the service's lines and those of a run, each with the ids of what it is about", async () => {
    const { id } = await api.refbot.plugins.startPlugin('hello')
    await api.refbot.runs.settled(id)
    const all = await lines(`/api/logs?run=${id}`)
    expect(all.map(({ message }) => message)).toEqual(expect.arrayContaining(['run started', 'run ended']))
    expect(all.some(({ attempt }) => attempt === 1)).toBe(true)
    for (const line of all) expect(line).toMatchObject({ runId: id, plugin: 'hello' })
    const ended = all.find(({ message }) => message === 'run ended')
    expect(ended).toMatchObject({
      level: 'info',
      executionId: id,
      fields: { outcome: 'success', durationMs: expect.any(Number), cause: 'manual' },
    })
    expect(await lines('/api/logs?plugin=hello&level=error')).toEqual([])
  })

  it('are read page by page behind a line, without one twice', async () => {
    const all = await lines('/api/logs')
    const [first] = all
    const paged = [first]
    for (let after = first?.id; after !== undefined; ) {
      const page = await lines(`/api/logs?after=${after}&limit=2`)
      paged.push(...page)
      after = page.at(-1)?.id
    }
    expect(paged).toEqual(all)
    expect(await lines(`/api/logs?since=${all.at(-1)?.time}`)).toContainEqual(all.at(-1))
    expect(await lines('/api/logs?limit=0')).toEqual([])
  })

  it('are followed as they are said, and go on behind the line that a reader had', async () => {
    api.refbot.log.info('before')
    const stream = await follow('/api/logs?limit=1')
    const next = async (from: typeof stream) => (await from.next()).value
    expect(await next(stream)).toMatchObject({ event: 'line', data: { message: 'before' } })
    api.refbot.log.info('live')
    const seen = await next(stream)
    expect(seen).toMatchObject({ data: { message: 'live' } })
    await stream.return(undefined)

    for (const message of ['missed', 'missed too']) api.refbot.log.info(message)
    const resumed = await follow('/api/logs', { 'last-event-id': String(seen?.id) })
    expect(await next(resumed)).toMatchObject({ data: { message: 'missed' } })
    expect(await next(resumed)).toMatchObject({ data: { message: 'missed too' } })
    await resumed.return(undefined)
  })

  it.each([
    ['since=yesterday', 400, 'REQUEST_INVALID'],
    ['level=loud', 400, 'REQUEST_INVALID'],
    ['limit=10001', 400, 'REQUEST_INVALID'],
    ['after=-1', 400, 'REQUEST_INVALID'],
    ['colour=red', 400, 'REQUEST_INVALID'],
    ['run=no-such-run', 404, 'RUN_UNKNOWN'],
  ])('refuse ?%s', async (query, status, code) => {
    expect(await problem(await api.ask(`/api/logs?${query}`))).toMatchObject({ status, code })
  })

  it('tell of requests that were refused, and not of their tokens', async () => {
    const token = 'not-a-token-of-ours'
    const wrong = await api.app.request('/api/runs', { headers: { authorization: `Bearer ${token}` } })
    const foreign = await api.ask('/api/runs', { headers: { origin: 'http://evil.test' } })
    expect([wrong.status, foreign.status]).toEqual([401, 403])
    const told = (await lines('/api/logs?level=warn')).filter(({ message }) => message === 'request refused')
    expect(told.map(({ fields }) => fields)).toEqual([
      { status: 401, code: 'TOKEN_INVALID', method: 'GET', path: '/api/runs' },
      { status: 403, code: 'ORIGIN_FOREIGN', method: 'GET', path: '/api/runs' },
    ])
    expect(JSON.stringify(told)).not.toContain(token)
  })

  it('hold no token of this server, whoever said it', async () => {
    api.refbot.log.error({ error: new RefbotError('X', `with ${api.refbot.adminToken}`) }, 'leaked')
    const response = await api.ask('/api/logs')
    const text = await response.text()
    expect(text).toContain('leaked')
    expect(text).not.toContain(api.refbot.adminToken)
  })
})
