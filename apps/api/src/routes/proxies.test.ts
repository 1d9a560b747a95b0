import { describe, expect, it } from 'vitest'
import { auditPageSchema } from '../schemas/access.ts'
import { addedProxiesSchema, proxyListSchema, proxySchema, removedProxySchema } from '../schemas/proxies.ts'
import { openApi, problem, read, type TestApi } from '../test-support.ts'

const at = (id: string, what = '') => `/api/proxies/${encodeURIComponent(id)}${what}`
const post = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})
const all = async (api: TestApi) => (await read(await api.ask('/api/proxies'), proxyListSchema)).proxies
const add = async (api: TestApi, body: unknown) => read(await api.ask('/api/proxies', post(body)), addedProxiesSchema)

describe('proxies', () => {
  it('are shown best first with what their score is made of, and never with a credential', async () => {
    await using api = await openApi({ proxies: ['127.0.0.1:4001:user:s3cret', 'http://127.0.0.1:4002'] })
    const { proxies } = api.refbot
    for (const proxy of proxies.proxies()) {
      if (proxy.port === 4002) proxies.report(proxy.id, { latencyMs: 50 })
      else for (let n = 0; n < 10; n += 1) proxies.report(proxy.id, { reason: 'unreachable' })
    }
    const text = await (await api.ask('/api/proxies')).text()
    expect(text).not.toMatch(/s3cret|user|password/)
    const body = await read(new Response(text), proxyListSchema)
    expect(body).toMatchObject({
      strategy: 'weighted',
      proxies: [
        { host: '127.0.0.1', port: 4002, circuit: 'closed', uses: 1, latencyMs: expect.closeTo(50) },
        {
          port: 4001,
          circuit: 'open',
          retryAt: expect.stringMatching(/Z$/),
          components: { success: expect.any(Number) },
        },
      ],
    })
    expect(body.proxies[0]?.score).toBeGreaterThan(body.proxies[1]?.score ?? 0)
  })

  it('are added from a list: what is good of it stays, what is not is told by line and reason', async () => {
    await using api = await openApi({ proxies: ['127.0.0.1:4001'] })
    const list = 'a.test:1:user:s3cret\n\nb.test:0\nhttps://c.test:443\nuser:s3cret@\n'
    const { added, known, errors } = await add(api, { list })
    expect(added).toEqual([expect.stringMatching(/^http:\/\/a\.test:1#/), 'https://c.test:443'])
    expect([known, errors]).toEqual([
      [],
      [
        { line: 3, code: 'port', reason: expect.any(String) },
        { line: 5, code: 'port', reason: expect.any(String) },
      ],
    ])
    expect(await all(api)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ host: '127.0.0.1', source: 'config' }),
        expect.objectContaining({ host: 'a.test', source: 'added' }),
      ]),
    )
    expect((await add(api, { list: 'https://c.test' })).known).toEqual(['https://c.test:443'])
    const said = await api.refbot.store.events.since(0, 100)
    expect(said.filter(({ type }) => type === 'proxy.added').map(({ data }) => data)).toEqual(
      added.map((proxyId) => ({ proxyId })),
    )
    const { entries } = await read(await api.ask('/api/audit'), auditPageSchema)
    expect(entries).toMatchObject([{ action: 'POST', target: '/api/proxies', outcome: '200' }, {}])
    const shown = await Promise.all(['/api/proxies', '/api/audit'].map(async (path) => (await api.ask(path)).text()))
    expect(JSON.stringify([added, errors, said, entries, shown])).not.toMatch(/s3cret|"user/)
  })

  it('are added one by one as well, and are used at once', async () => {
    await using api = await openApi()
    const proxies = ['a.test:1', { host: 'b.test', port: 2, username: 'u', password: 'p', region: 'de', tags: ['eu'] }]
    const { added } = await add(api, { proxies: [...proxies, { host: 'c.test' }], protocol: 'socks5' })
    expect(added).toHaveLength(2)
    expect(await all(api)).toMatchObject([{ protocol: 'socks5' }, { host: 'b.test', region: 'de', tags: ['eu'] }])
    expect((await api.refbot.proxies.acquire({ tags: ['eu'] })).proxy.password).toBe('p')
  })

  it.each([
    ['neither a list nor entries', {}],
    ['both', { list: '', proxies: [] }],
    ['an entry that is none', { proxies: [7] }],
    ['another format', { list: '', format: 'xml' }],
  ])('are not added by %s', async (_, body) => {
    await using api = await openApi()
    const response = await api.ask('/api/proxies', post(body))
    expect([response.status, (await problem(response)).code]).toEqual([400, 'REQUEST_INVALID'])
  })

  it('may come in lists that are longer than other bodies, and not endless', async () => {
    await using api = await openApi({}, { maxBodyBytes: 100 })
    expect((await api.ask('/api/proxies', post({ list: '#'.repeat(6_000) }))).status).toBe(200)
    expect((await api.ask('/api/proxies', post({ list: '#'.repeat(7_000) }))).status).toBe(413)
    expect((await api.ask('/api/tokens', post({ name: '#'.repeat(100) }))).status).toBe(413)
  })

  it('that were added can be removed; those of the configuration cannot', async () => {
    await using api = await openApi({ proxies: ['127.0.0.1:4001'] })
    const remove = (id: string) => api.ask(at(id), { method: 'DELETE' })
    const configured = 'http://127.0.0.1:4001'
    await add(api, { proxies: ['a.test:1', '127.0.0.1:4001'] })
    expect(await read(await remove('http://a.test:1'), removedProxySchema)).toMatchObject({ inUse: false })
    expect(await read(await remove(configured), removedProxySchema)).toMatchObject({ id: configured, inUse: true })
    expect((await all(api)).map(({ id, source }) => [id, source])).toEqual([[configured, 'config']])
    const refused = await remove(configured)
    expect([refused.status, (await problem(refused)).code]).toEqual([409, 'PROXY_CONFIGURED'])
    const unknown = await remove('http://a.test:1')
    expect([unknown.status, (await problem(unknown)).code]).toEqual([404, 'PROXY_UNKNOWN'])
  })

  it('are shut out and let back by hand', async () => {
    await using api = await openApi({ proxies: ['127.0.0.1:4001'] })
    const [id] = (await all(api)).map((proxy) => proxy.id)
    const ask = async (what: string) => read(await api.ask(at(`${id}`, `/${what}`), { method: 'POST' }), proxySchema)
    expect(await ask('isolate')).toMatchObject({ id, isolated: true, circuit: 'open' })
    await expect(api.refbot.proxies.acquire()).rejects.toMatchObject({ code: 'PROXY_NONE_AVAILABLE' })
    expect(await ask('release')).toMatchObject({ isolated: false, circuit: 'closed' })
    const unknown = await api.ask(at('http://a.test:1', '/isolate'), { method: 'POST' })
    expect([unknown.status, (await problem(unknown)).code]).toEqual([404, 'PROXY_UNKNOWN'])
  })
})
