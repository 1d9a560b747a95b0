import { describe, expect, it } from 'vitest'
import { createClient } from './client.ts'
import { RefbotApiError } from './errors.ts'
import { json, serve } from './test-support.ts'
import { fetchTransport, nodeTransport } from './transport.ts'

const problem = {
  type: 'about:blank',
  title: 'Not Found',
  status: 404,
  detail: 'There is no plugin x.',
  code: 'PLUGIN_UNKNOWN',
  hint: 'Known plugins: y.',
}

describe.each([
  ['node', nodeTransport],
  ['fetch', fetchTransport],
])('a client over %s', (_, transport) => {
  it('calls each operation where the document has it, with its token', async () => {
    const authorizations: unknown[] = []
    await using server = await serve((request, response) => {
      authorizations.push(request.headers.authorization)
      json(response, 200, { ok: true })
    })
    const client = createClient({ baseUrl: `${server.url}/`, token: 'secret', transport })
    expect(await client.listPlugins()).toEqual({ ok: true })
    await client.startPlugin({ path: { id: 'a/b c?' } })
    await client.listRuns({ query: { plugin: 'ü&', limit: 5 } })
    await client.getPlugin({ path: { id: '..' } })
    expect(server.seen).toEqual([
      'GET /api/plugins',
      'POST /api/plugins/a%2Fb%20c%3F/start',
      'GET /api/runs?plugin=%C3%BC%26&limit=5',
      'GET /api/plugins/%252E%252E',
    ])
    expect(new Set(authorizations)).toEqual(new Set(['Bearer secret']))
  })

  it('turns problem details into an error with code, status and hint', async () => {
    await using server = await serve((_request, response) => json(response, 404, problem, 'application/problem+json'))
    const failure = createClient({ baseUrl: server.url, transport }).getPlugin({ path: { id: 'x' } })
    await expect(failure).rejects.toBeInstanceOf(RefbotApiError)
    await expect(failure).rejects.toMatchObject({
      ...{ code: 'PLUGIN_UNKNOWN', status: 404, message: 'There is no plugin x.', hint: 'Known plugins: y.' },
    })
  })

  it('says so when nobody listens, and when somebody hangs up in the middle', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 }).write('{')
      response.socket?.end()
    })
    const client = createClient({ baseUrl: server.url, transport })
    await expect(client.listPlugins()).rejects.toMatchObject({ code: 'API_UNREACHABLE', status: 0 })
    await server[Symbol.asyncDispose]()
    await expect(client.listPlugins()).rejects.toMatchObject({
      code: 'API_UNREACHABLE',
      message: `Nobody answers at ${server.url}.`,
      hint: expect.any(String),
    })
  })

  it('says so when what answers is something else', async () => {
    await using server = await serve((request, response) => {
      if (request.url === '/api/alerts') response.writeHead(302, { location: 'http://elsewhere.example/' }).end()
      else
        response
          .writeHead(request.url === '/api/runs' ? 502 : 200, { 'content-type': 'application/json' })
          .end('<html>')
    })
    const client = createClient({ baseUrl: server.url, transport })
    for (const call of [client.listPlugins(), client.listRuns(), client.listAlerts()])
      await expect(call).rejects.toMatchObject({ code: 'API_ANSWER_INVALID' })
  })

  it('hands on what is no JSON as it comes', async () => {
    await using server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/csv' }).end('a,b\r\n')
    })
    const download = await createClient({ baseUrl: server.url, transport }).exportMetrics({ query: { hours: 1 } })
    expect(download.contentType).toBe('text/csv')
    expect(await download.text()).toBe('a,b\r\n')
  })

  it('stops when it is told to', async () => {
    await using server = await serve(() => undefined)
    const stop = new AbortController()
    const call = createClient({ baseUrl: server.url, transport }).listPlugins({ signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
  })
})

describe('an address', () => {
  it.each(['', 'localhost:8000', 'ftp://x', 'http://user:secret@x', 'http://x/?a=1'])('%j is refused', (baseUrl) => {
    try {
      createClient({ baseUrl })
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ code: 'API_URL_INVALID' })
      expect(String(error)).not.toContain('secret')
    }
  })
})
