import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bearer, openApi, type TestApi } from './test-support.ts'

const PUBLIC = ['GET /api/health', 'GET /api/health/live', 'GET /api/health/ready']

interface Operation {
  readonly security?: readonly unknown[]
}
const document = JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>
}
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    path: path.replace(/\{\w+\}/g, 'x'),
    operation,
  })),
)
const guarded = operations.filter(({ name }) => !PUBLIC.includes(name))

let api: TestApi
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api[Symbol.asyncDispose]())

describe('there is always a token', () => {
  it('every operation of the document is either guarded here or on the public list', () => {
    expect(operations.filter(({ name }) => PUBLIC.includes(name))).toHaveLength(PUBLIC.length)
    expect(guarded.length).toBeGreaterThanOrEqual(14)
  })

  it('the document marks the public operations as such, and no other', () => {
    const open = operations.filter(({ operation }) => operation.security?.length === 0)
    expect(open.map(({ name }) => name).sort()).toEqual([...PUBLIC].sort())
  })

  it.each(guarded)('$name answers 401 without a token', async ({ method, path }) => {
    const response = await api.app.request(path, { method })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/)
    expect(await response.json()).toMatchObject({ code: 'TOKEN_MISSING', status: 401, hint: expect.any(String) })
  })

  it.each(guarded)('$name answers 401 with a wrong token', async ({ method, path }) => {
    for (const token of ['wrong', `${api.refbot.adminToken}x`, api.refbot.adminToken.slice(0, -1)]) {
      const response = await api.app.request(path, { method, headers: bearer(token) })
      expect(response.status).toBe(401)
      expect(await response.json()).toMatchObject({ code: 'TOKEN_INVALID' })
    }
  })

  it.each(guarded)('$name lets the right token in', async ({ method, path }) => {
    const response = await api.ask(path, { method })
    await response.body?.cancel()
    expect(response.status).not.toBe(401)
  })

  it.each([...PUBLIC, 'GET /openapi.json'])('%s needs none', async (name) => {
    const response = await api.app.request(name.replace('GET ', ''))
    expect(response.status).toBe(200)
  })

  it('an unknown route says nothing without a token, and 404 with one', async () => {
    expect((await api.app.request('/api/nothing')).status).toBe(401)
    const response = await api.ask('/api/nothing')
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({ code: 'ROUTE_UNKNOWN', detail: 'There is no GET /api/nothing.' })
  })

  it('no way of writing a guarded path gets around the guard', async () => {
    for (const path of [
      '/api/runs/',
      '//api/runs',
      '/API/runs',
      '/api/health/../runs',
      '/api/%72uns',
      '/api/runs?x=/api/health',
    ]) {
      expect((await api.app.request(`http://localhost${path}`)).status, path).toBe(401)
    }
  })
})

describe('a foreign Host or Origin is refused, token or not', () => {
  it.each(['evil.example', 'evil.example:8000', '10.0.0.1', 'localhost.evil.example', 'foo.localhost', '0.0.0.0', ''])(
    'Host %j: 421',
    async (host) => {
      for (const path of ['/api/runs', '/api/health', '/openapi.json']) {
        const response = await api.ask(path, { headers: { host } })
        expect(response.status).toBe(421)
        expect(await response.json()).toMatchObject({ code: 'HOST_FOREIGN' })
      }
    },
  )

  it.each(['localhost', 'localhost:8000', '127.0.0.1:8000', '127.8.9.1', '[::1]:9', 'LOCALHOST:1'])(
    'Host %j: welcome',
    async (host) => {
      expect((await api.ask('/api/runs', { headers: { host } })).status).toBe(200)
    },
  )

  it.each(['http://evil.example', 'null', 'http://localhost:3000', 'http://127.0.0.1:8000', 'file://', 'x'])(
    'Origin %j at localhost:8000: 403',
    async (origin) => {
      for (const path of ['/api/runs', '/api/health']) {
        const response = await api.ask(path, { headers: { host: 'localhost:8000', origin } })
        expect(response.status).toBe(403)
        expect(await response.json()).toMatchObject({ code: 'ORIGIN_FOREIGN' })
      }
    },
  )

  it.each([
    ['localhost:8000', 'http://localhost:8000'],
    ['localhost:80', 'http://localhost'],
    ['localhost', 'https://localhost'],
  ])('a page that came from %s itself: welcome', async (host, origin) => {
    expect((await api.ask('/api/runs', { headers: { host, origin } })).status).toBe(200)
  })
})
