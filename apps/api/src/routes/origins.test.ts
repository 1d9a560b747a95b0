import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { liftedSchema, originListSchema, targetSchema } from '../schemas/origins.ts'
import { openApi, problem, read, type TestApi } from '../test-support.ts'

let api: TestApi
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api[Symbol.asyncDispose]())

const SHOP = 'https://shop.test'
const at = (origin: string, what: string) => `/api/origins/${encodeURIComponent(origin)}/${what}`

describe('an origin', () => {
  it('is listed while it is left alone, until that is lifted', async () => {
    await api.refbot.egress.origins.turnedAway('run-1', { origin: SHOP, kind: 'rate_limited', retryAfterMs: 60_000 })
    const { origins } = await read(await api.ask('/api/origins'), originListSchema)
    expect(origins).toEqual([
      {
        origin: SHOP,
        openPages: 0,
        pause: { cause: 'rate_limited', runId: 'run-1', since: expect.any(String), until: expect.any(String) },
      },
    ])
    const [{ pause } = { pause: undefined }] = origins
    expect(Date.parse(pause?.until ?? '') - Date.parse(pause?.since ?? '')).toBe(60_000)
    const lifted = await api.ask(at(SHOP, 'pause'), { method: 'DELETE' })
    expect(await read(lifted, liftedSchema)).toEqual({ origin: SHOP, lifted: true })
    expect(await read(await api.ask('/api/origins'), originListSchema)).toEqual({ origins: [] })
    const again = await api.ask(at(SHOP, 'pause'), { method: 'DELETE' })
    expect([again.status, await problem(again)]).toMatchObject([404, { code: 'ORIGIN_NOT_PAUSED' }])
  })

  it('says what it agrees to, or line by line why it cannot be opened', async () => {
    const here = await read(await api.ask(at('http://127.0.0.1:3000', 'authorisation')), targetSchema)
    expect(here).toMatchObject({
      ...{ origin: 'http://127.0.0.1:3000', granted: true, problems: [], partOrigins: [] },
      authorisation: { source: 'loopback', paths: ['/*'], proxies: 'loopback' },
    })
    const elsewhere = await read(await api.ask(at('http://shop.test', 'authorisation')), targetSchema)
    expect(elsewhere).toMatchObject({
      granted: false,
      documentUrl: 'http://shop.test/.well-known/synthetic-testing.json',
      problems: [expect.stringMatching(/not on this machine/)],
    })
    const broken = await api.ask(at('ftp://x', 'authorisation'))
    expect([broken.status, await problem(broken)]).toMatchObject([400, { code: 'TARGET_INVALID' }])
  })
})

it('the request log of a run is what the gate decided, and empty where it asked for nothing', async () => {
  const started = await api.ask('/api/plugins/hello/start', { method: 'POST' })
  const { id } = (await started.json()) as { id: string }
  await api.refbot.runs.settled(id)
  expect(await (await api.ask(`/api/runs/${id}/requests`)).text()).toBe('')
  const file = api.refbot.runs.requestsFile(id)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, '{"verdict":"refused"}\n')
  const response = await api.ask(`/api/runs/${id}/requests`)
  expect(response.headers.get('content-type')).toBe('application/x-ndjson')
  expect(await response.text()).toBe('{"verdict":"refused"}\n')
})
