import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import * as client from './index.ts'
import { json, serve } from './test-support.ts'

it('the example of the README starts a plugin and follows it to its end', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const code = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
  const body = code.replace(/^import .*$/m, '')
  expect(body).not.toBe(code)
  await using server = await serve((request, response) => {
    if (request.url === '/api/events') {
      const data = { id: 1, type: 'run.changed', data: { executionId: 'r1', status: 'success' } }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`id: 1\ndata: ${JSON.stringify(data)}\n\n`)
    } else if (request.url?.includes('nope')) {
      json(response, 404, { code: 'PLUGIN_UNKNOWN', detail: 'x', hint: 'Known: y.' }, 'application/problem+json')
    } else json(response, 202, { id: 'r1', status: 'running' })
  })
  const printed: unknown[] = []
  const run = new Function('createClient', 'RefbotApiError', 'process', 'console', `return (async () => {${body}})()`)
  const env = { REFBOT_URL: server.url, REFBOT_TOKEN: 'secret' }
  await run(
    client.createClient,
    client.RefbotApiError,
    { env },
    { log: (...values: unknown[]) => printed.push(...values) },
  )
  expect(printed).toEqual(['success', 'PLUGIN_UNKNOWN', 'Known: y.'])
})
