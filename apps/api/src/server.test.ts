import { once } from 'node:events'
import { createServer } from 'node:net'
import { RefbotError } from '@refbot/runtime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApi } from './server.ts'
import { bearer, openApi, type TestApi } from './test-support.ts'

let api: TestApi
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api[Symbol.asyncDispose]())

describe('a listening API', () => {
  it('answers under its url, and on no port once disposed of', async () => {
    const server = await startApi(api.refbot, { port: 0 })
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`)
    const health = await fetch(`${server.url}/api/health`)
    expect(await health.json()).toMatchObject({ status: 'ok' })
    await server[Symbol.asyncDispose]()
    await expect(fetch(`${server.url}/api/health`)).rejects.toThrow()
  })

  it('takes requests without a body, and refuses bodies that are too large or of no length', async () => {
    await using server = await startApi(api.refbot, { port: 0, maxBodyBytes: 1000 })
    const send = async (method: string, path: string, body?: string | ReadableStream) => {
      const headers = bearer(api.refbot.adminToken, { 'content-type': 'application/json' })
      const sent = body === undefined ? {} : { body, duplex: 'half' as const }
      const response = await fetch(`${server.url}${path}`, { method, headers, ...sent })
      return [response.status, ((await response.json()) as { code?: string }).code]
    }
    expect(await send('DELETE', '/api/tokens/none')).toEqual([404, 'TOKEN_UNKNOWN'])
    expect(await send('POST', '/api/tokens', 'x'.repeat(1001))).toEqual([413, 'BODY_TOO_LARGE'])
    const stream = new Blob(['{"name":"a"}']).stream()
    expect(await send('POST', '/api/tokens', stream)).toEqual([411, 'BODY_LENGTH_MISSING'])
  })

  it('ends open event streams when it is disposed of', async () => {
    const server = await startApi(api.refbot, { port: 0 })
    const response = await fetch(`${server.url}/api/events`, { headers: bearer(api.refbot.adminToken) })
    const text = response.text()
    await server[Symbol.asyncDispose]()
    expect(await text).toBe(': open\n\n')
  })

  it('lets go of the events when a client goes away', async () => {
    const gone = Promise.withResolvers<void>()
    const { feed } = api.refbot.store
    const subscribe = feed.subscribe.bind(feed)
    Object.assign(feed, {
      subscribe: (options: Parameters<typeof subscribe>[0]) => {
        options?.signal?.addEventListener('abort', () => gone.resolve())
        return subscribe(options)
      },
    })
    await using server = await startApi(api.refbot, { port: 0 })
    const leaving = new AbortController()
    await fetch(`${server.url}/api/events`, { headers: bearer(api.refbot.adminToken), signal: leaving.signal })
    leaving.abort()
    await gone.promise
  })

  it('says so when its port is taken, and when its host is none of this machine', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const busy = startApi(api.refbot, { port })
    await expect(busy).rejects.toBeInstanceOf(RefbotError)
    await expect(busy).rejects.toMatchObject({ code: 'API_PORT_BUSY', hint: expect.stringContaining('another port') })
    other.close()
    for (const host of ['203.0.113.1', 'no such host']) {
      await expect(startApi(api.refbot, { host, port: 0 })).rejects.toMatchObject({ code: 'API_HOST_INVALID' })
    }
  })

  it('leaves the Request and Response of its process as they are', async () => {
    const before = [globalThis.Request, globalThis.Response]
    await using _ = await startApi(api.refbot, { port: 0 })
    expect([globalThis.Request, globalThis.Response]).toEqual(before)
  })
})
