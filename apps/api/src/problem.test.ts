import { RefbotError } from '@refbot/runtime'
import { describe, expect, it } from 'vitest'
import { toProblem } from './problem.ts'
import { openApi, problem } from './test-support.ts'

describe('an error on the wire', () => {
  it('keeps its code, its text and its next step', () => {
    expect(
      toProblem(new RefbotError('PLUGIN_UNKNOWN', 'There is no plugin x.', { hint: 'Known plugins: y.' })),
    ).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'There is no plugin x.',
      code: 'PLUGIN_UNKNOWN',
      hint: 'Known plugins: y.',
    })
  })

  it('is a 500 where its code is not one that a request can cause', () => {
    expect(toProblem(new RefbotError('STORE_FAILED', 'x'))).toMatchObject({ status: 500, code: 'STORE_FAILED' })
  })

  it('says nothing of an error that was not meant for people', () => {
    const secret = Object.assign(new Error('connect to /home/me/secret'), { code: 'ENOENT' })
    for (const error of [secret, 'text', undefined]) {
      const told = toProblem(error)
      expect(told).toMatchObject({ status: 500, code: 'INTERNAL' })
      expect(JSON.stringify(told)).not.toContain('secret')
    }
  })
})

describe('bad requests', () => {
  it('are answered by everything that is wrong with them at once', async () => {
    await using api = await openApi()
    const response = await api.ask('/api/runs?limit=0&status=great&since=yesterday&unknown=1')
    expect(response.status).toBe(400)
    const { code, detail, issues = [] } = await problem(response)
    expect(code).toBe('REQUEST_INVALID')
    expect(issues.map(({ path }) => path).sort()).toEqual(['', 'limit', 'since', 'status'])
    expect(issues.every((issue) => issue.in === 'query')).toBe(true)
    expect(detail).toContain('unknown')

    for (const path of [
      '/api/metrics?hours=0',
      '/api/metrics?hours=x',
      '/api/metrics/export?hours=-1',
      '/api/alerts?state=x',
    ])
      expect((await api.ask(path)).status, path).toBe(400)
    const wrongId = await api.ask('/api/events', { headers: { 'last-event-id': 'abc' } })
    expect(await wrongId.json()).toMatchObject({ status: 400, issues: [{ in: 'header', path: 'last-event-id' }] })
  })

  it('may not be larger than they need to be', async () => {
    await using api = await openApi({}, { maxBodyBytes: 10 })
    const response = await api.ask('/api/plugins/slow/stop', { method: 'POST', body: 'x'.repeat(11) })
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ code: 'BODY_TOO_LARGE' })
  })

  it('tell the operator, not the client, when the server is to blame', async () => {
    const seen: unknown[] = []
    await using api = await openApi({}, { onError: (error) => seen.push(error) })
    const cause = new Error('secret detail')
    Object.assign(api.refbot.store.runs, { list: () => Promise.reject(cause) })
    const response = await api.ask('/api/runs')
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secret')
    expect(seen).toEqual([cause])
    expect((await api.app.request('/api/health')).status).toBe(503)
    expect((await api.app.request('/api/health/live')).status).toBe(200)
  })
})
