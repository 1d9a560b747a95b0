import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it, vi } from 'vitest'
import plugin, { type BatchResult, type StoredSubmission } from './index.ts'
import { launchBrowser } from './testing/browser.ts'
import { page, serveForms } from './testing/form-server.ts'
import { memoryContext } from './testing/memory-context.ts'
import { submitTo } from './testing/submit-to.ts'

vi.setConfig({ testTimeout: 1_800_000 })

const form = page(
  '<form method="post"><label>Email <input name="email" type="email"></label><label>Password <input name="pw" type="password"></label><button>Sign up</button></form>',
)

it('holds no more memory after 500 submissions than after 100', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  await using browser = await launchBrowser()
  await using server = await serveForms((_, sent) => (sent === undefined ? { html: form } : undefined))
  const heap: number[] = []
  for (let run = 0; run < 5; run++) {
    const config = { url: server.url, batchSize: 100, seed: `run ${run}` }
    const memory = await memoryContext({ browser, runId: `run-${run}`, config })
    const { summary } = (await plugin.execute(memory.context)) as unknown as BatchResult
    expect(summary.succeeded).toBe(100)
    server.sent.length = 0
    collect()
    heap.push(process.memoryUsage().heapUsed)
  }
  expect((heap[4] ?? 0) / (heap[0] ?? 1)).toBeLessThan(1.1)
})

it('comes to an outcome on a page of 200 MB', async () => {
  await using browser = await launchBrowser()
  const body = `<!doctype html><title>Big</title>${'<p>filler</p>'.repeat((200 * 2 ** 20) / 13)}`
  const headers = { 'content-type': 'text/html' }
  const began = Date.now()
  const { submission } = await submitTo(browser, () => ({ headers, body }), { timeoutMs: 10_000 })
  expect(['timeout', 'no_form', 'page_failed'] satisfies StoredSubmission['submission']['outcome'][]).toContain(
    submission.outcome,
  )
  expect(Date.now() - began).toBeLessThan(60_000)
})
