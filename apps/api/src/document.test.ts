import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openApiDocument, openApiText } from './document.ts'
import { openApi } from './test-support.ts'

describe('the document', () => {
  it('is the same each time, and the committed file holds it', () => {
    expect(openApiText()).toBe(openApiText())
    expect(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8')).toBe(openApiText())
  })

  it('is what the server gives out, and lists every route that it serves', async () => {
    await using api = await openApi()
    const served = await (await api.app.request('/openapi.json')).text()
    expect(served).toBe(openApiText())
    const documented = Object.keys(openApiDocument().paths ?? {}).map((path) => path.replace(/\{(\w+)\}/g, ':$1'))
    const routes = api.app.routes.filter(({ method }) => method !== 'ALL').map(({ path }) => path)
    expect(new Set(routes)).toEqual(new Set([...documented, '/openapi.json']))
  })

  it('gives every operation a name of its own, a summary and its refusals', () => {
    const operations = Object.values(openApiDocument().paths ?? {}).flatMap((methods) => Object.values(methods))
    expect(operations.length).toBeGreaterThan(16)
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
    for (const { summary, security, responses } of operations) {
      expect(summary).toMatch(/\w/)
      if (security === undefined) expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '401', '404']))
    }
  })
})
