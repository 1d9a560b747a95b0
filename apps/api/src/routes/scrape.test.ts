import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiServer, startApi } from '../server.ts'
import { bearer, openApi, type TestApi } from '../test-support.ts'

/** What Prometheus 3 sends. */
const prometheus =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.1'

let api: TestApi
let server: ApiServer
beforeAll(async () => {
  api = await openApi()
  server = await startApi(api.refbot, { port: 0 })
  const { analytics } = api.refbot
  analytics.define('scraped.done', { kind: 'counter', help: 'Ended.' })
  analytics.record('scraped.done', 3, { labels: { site: 'a"b' } })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await api[Symbol.asyncDispose]()
})

const scrape = (accept?: string): Promise<Response> =>
  fetch(`${server.url}/metrics`, {
    headers: bearer(api.refbot.adminToken, accept === undefined ? {} : { accept }),
  })

describe('GET /metrics', () => {
  it.each([
    [undefined, 'text/plain; version=0.0.4; charset=utf-8'],
    ['*/*', 'text/plain; version=0.0.4; charset=utf-8'],
    ['text/plain;q=0.9,application/openmetrics-text;q=0.1', 'text/plain; version=0.0.4; charset=utf-8'],
    [prometheus, 'application/openmetrics-text; version=1.0.0; charset=utf-8'],
  ])('answers Accept: %s', async (accept, type) => {
    const response = await scrape(accept)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, type])
    expect(response.headers.get('vary')).toContain('accept')
    const text = await response.text()
    const open = type.startsWith('application')
    expect(text).toContain(`# TYPE scraped_done${open ? '' : '_total'} counter\nscraped_done_total{site="a\\"b"} 3\n`)
    expect(text.endsWith('# EOF\n')).toBe(open)
  })

  it('wants the token, as everything does', async () => {
    const response = await fetch(`${server.url}/metrics`)
    expect(response.status).toBe(401)
    expect((await fetch(`${server.url}/metrics`, { headers: bearer('wrong') })).status).toBe(401)
  })

  it('streams: the first series are there before the last were written', async () => {
    const { analytics } = api.refbot
    for (let i = 0; i < 5_000; i += 1) analytics.record('scraped.many', i, { labels: { id: String(i) } })
    const pieces: string[] = []
    for await (const piece of (await scrape()).body?.pipeThrough(new TextDecoderStream()) ?? []) pieces.push(piece)
    expect(pieces.length).toBeGreaterThan(3)
    expect(pieces.join('').match(/^scraped_many\{/gm)).toHaveLength(5_000)
  })
})
