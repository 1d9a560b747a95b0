import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auditPageSchema, createdTokenSchema, tokenListSchema } from '../schemas/access.ts'
import { bearer, openApi, problem, read, type TestApi } from '../test-support.ts'

let api: TestApi
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api[Symbol.asyncDispose]())

const post = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

async function made(rights: 'admin' | 'read') {
  const response = await api.ask('/api/tokens', post({ name: 'ci', rights }))
  expect([response.status, response.headers.get('cache-control')]).toEqual([201, 'no-store'])
  const { token, record } = await read(response, createdTokenSchema)
  const ask = (path: string, method = 'GET') => api.app.request(path, { method, headers: bearer(token) })
  return { token, record, ask }
}

const audit = async (query = '') => read(await api.ask(`/api/audit${query}`), auditPageSchema)

describe('tokens', () => {
  it('of the rights `read` may look at everything and change nothing', async () => {
    const { ask, record } = await made('read')
    expect((await ask('/api/plugins')).status).toBe(200)
    for (const [path, method] of [
      ['/api/plugins/hello/start', 'POST'],
      ['/api/tokens', 'POST'],
      [`/api/tokens/${record.id}`, 'DELETE'],
    ] as const) {
      const response = await ask(path, method)
      expect(response.status).toBe(403)
      expect(await problem(response)).toMatchObject({ code: 'TOKEN_FORBIDDEN' })
    }
    expect((await api.refbot.tokens.list()).find(({ id }) => id === record.id)).not.toHaveProperty('revokedAt')
  })

  it('of the rights `admin` may change things, until they are revoked', async () => {
    const { ask, record, token } = await made('admin')
    expect((await ask('/api/plugins/hello/stop', 'POST')).status).toBe(200)
    const { tokens } = await read(await api.ask(`/api/tokens/${record.id}`, { method: 'DELETE' }), tokenListSchema)
    expect(tokens.find(({ id }) => id === record.id)).toMatchObject({ name: 'ci', revokedAt: expect.any(String) })
    expect(JSON.stringify(tokens)).not.toContain(token)
    expect((await ask('/api/plugins')).status).toBe(401)
  })

  it.each([
    [post({ name: '' }), 'REQUEST_INVALID'],
    [post({ name: 'a\u0000' }), 'TOKEN_NAME_INVALID'],
    [post({ name: 'a', rights: 'root' }), 'REQUEST_INVALID'],
    [post({ name: 'a', expiresAt: '2001-01-01T00:00:00Z' }), 'TOKEN_EXPIRY_INVALID'],
    [post({ name: 'a', right: 'admin' }), 'REQUEST_INVALID'],
    [{ method: 'POST' }, 'REQUEST_INVALID'],
  ])('%j is refused', async (init, code) => {
    const response = await api.ask('/api/tokens', init)
    expect([response.status, (await problem(response)).code]).toEqual([400, code])
  })

  it('that are not there cannot be revoked', async () => {
    const response = await api.ask('/api/tokens/t-none', { method: 'DELETE' })
    expect([response.status, (await problem(response)).code]).toEqual([404, 'TOKEN_UNKNOWN'])
  })
})

describe('the audit', () => {
  it('has an entry for each request that would change something, whatever came of it', async () => {
    const { ask, record } = await made('read')
    await ask('/api/plugins/hello/start', 'POST')
    await api.ask('/api/plugins/none/stop', { method: 'POST' })
    await api.ask('/api/plugins')
    await api.app.request('/api/plugins/hello/start', { method: 'POST', headers: bearer('wrong') })
    const { entries } = await audit('?limit=3')
    expect(entries).toMatchObject([
      { actor: 'admin', actorName: 'admin', action: 'POST', target: '/api/plugins/none/stop', outcome: '404' },
      { actor: record.id, actorName: 'ci', action: 'POST', target: '/api/plugins/hello/start', outcome: '403' },
      { actor: 'admin', action: 'POST', target: '/api/tokens', outcome: '201' },
    ])
  })

  it('is read page by page', async () => {
    for (let i = 0; i < 3; i += 1) await api.ask('/api/plugins/none/stop', { method: 'POST' })
    const all = (await audit()).entries.map(({ id }) => id)
    const found: number[] = []
    for (let query = '?limit=2'; query !== ''; ) {
      const { entries, next } = await audit(query)
      found.push(...entries.map(({ id }) => id))
      query = next === undefined ? '' : `?limit=2&before=${next}`
    }
    expect(found).toEqual(all)
  })
})
