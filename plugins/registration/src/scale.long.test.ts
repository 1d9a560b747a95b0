import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it, vi } from 'vitest'
import type { Outcome } from './index.ts'
import { serveSignUps } from './testing/form-server.ts'
import { startRun } from './testing/run.ts'
import { submitTo } from './testing/submit-to.ts'
import { useBrowser } from './testing/use-browser.ts'

const browser = useBrowser()
vi.setConfig({ testTimeout: 1_800_000 })

it('holds no more memory after 500 submissions than after 100', async ({ annotate }) => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  await using server = await serveSignUps()
  const heap: number[] = []
  for (let run = 0; run < 5; run++) {
    const config = { url: server.url, batchSize: 100, seed: `run ${run}` }
    const { summary } = await (await startRun(browser(), { run: { id: `run-${run}` }, config })).batch
    expect(summary.succeeded).toBe(100)
    server.sent.length = 0
    collect()
    heap.push(process.memoryUsage().heapUsed)
  }
  const growth = (heap[4] ?? 0) / (heap[0] ?? 1)
  annotate(
    `the heap after 100, 200, … submissions: ${heap.map((bytes) => `${(bytes / 2 ** 20).toFixed(1)} MB`).join(', ')}`,
  )
  expect(growth).toBeLessThan(1.1)
})

it('comes to an outcome on a page of 200 MB', async () => {
  const body = `<!doctype html><title>Big</title>${'<p>filler</p>'.repeat((200 * 2 ** 20) / 13)}`
  const headers = { 'content-type': 'text/html' }
  const began = Date.now()
  const { submission } = await submitTo(browser(), () => ({ headers, body }), { timeoutMs: 10_000 })
  expect(['timeout', 'no_form', 'page_failed'] satisfies Outcome[]).toContain(submission.outcome)
  expect(Date.now() - began).toBeLessThan(60_000)
})
