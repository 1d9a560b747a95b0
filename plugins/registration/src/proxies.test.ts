import { afterAll, beforeAll, expect, it } from 'vitest'
import { type FormServer, serveSignUps } from './testing/form-server.ts'
import { type RealRun, type RealRunOptions, startRun } from './testing/run.ts'
import { useBrowser } from './testing/use-browser.ts'

const browser = useBrowser()
let site: FormServer

beforeAll(async () => {
  site = await serveSignUps()
})

afterAll(() => site?.[Symbol.asyncDispose]())

function start(options: Omit<RealRunOptions, 'config'>): Promise<RealRun> {
  site.sent.length = 0
  return startRun(browser(), { config: { url: site.url, batchSize: 1, screenshots: 'never' }, ...options })
}

const refuses = { id: 'http://127.0.0.1:1', breaks: () => ({ code: 'PROXY_REFUSED', phase: 'connect' as const }) }
const healthy = { id: 'http://127.0.0.1:2' }
const isSubmit = ({ method }: { method: string }) => method === 'POST'

it('tries once more through another proxy when the first failed to connect', async () => {
  const { submissions } = await (await start({ proxies: [refuses, healthy] })).batch
  expect(submissions[0]).toMatchObject({
    outcome: 'success',
    proxy: healthy.id,
    attempts: [
      { proxy: refuses.id, fault: 'PROXY_REFUSED', localPorts: [40_000] },
      { proxy: healthy.id, localPorts: [40_000] },
    ],
  })
})

it('sends again what a proxy refused to forward', async () => {
  const atSubmit = {
    id: refuses.id,
    breaks: (request: { method: string }) => (isSubmit(request) ? refuses.breaks() : undefined),
  }
  const { submissions } = await (await start({ proxies: [atSubmit, healthy] })).batch
  expect(submissions[0]).toMatchObject({
    outcome: 'success',
    attempts: [{ fault: 'PROXY_REFUSED' }, { proxy: healthy.id }],
  })
  expect(site.sent).toHaveLength(1)
})

it('never sends again what may have arrived', async () => {
  const breaksOff = {
    id: refuses.id,
    breaks: (request: { method: string }) =>
      isSubmit(request) ? { code: 'UPSTREAM_RESET', phase: 'exchange' as const } : undefined,
  }
  const { batch, rows } = await start({ proxies: [breaksOff, healthy] })
  await expect(batch).rejects.toMatchObject({ code: 'NO_SUBMISSION_SUCCEEDED', retryable: false })
  const attempts = [{ proxy: refuses.id, fault: 'UPSTREAM_RESET' }]
  expect(rows()).toMatchObject([{ submission: { outcome: 'unknown_fate', attempts } }])
  expect(site.sent).toHaveLength(1)
})

it('gives up when no other proxy is left, and may be tried again later', async () => {
  const { batch, kit } = await start({ proxies: [refuses] })
  await expect(batch).rejects.toMatchObject({ code: 'NO_SUBMISSION_SUCCEEDED', retryable: true })
  const again = await start({ proxies: [healthy], storage: kit.storage, run: { attempt: 2 } })
  expect((await again.batch).summary.succeeded).toBe(1)
})

it('passes over proxies that may not be used for this target', async () => {
  const unfit = { id: 'http://proxy.test:1', unfit: true }
  const { submissions } = await (await start({ proxies: [unfit, healthy] })).batch
  expect(submissions[0]).toMatchObject({ outcome: 'success', attempts: [{ proxy: healthy.id }] })
  await expect((await start({ proxies: [unfit] })).batch).rejects.toMatchObject({ code: 'PROXY_NOT_LOOPBACK' })
})

it('uses none where the owner wants none', async () => {
  const { batch, kit } = await start({ proxies: [healthy], authorisation: { proxies: false } })
  expect((await batch).submissions[0]?.proxy).toBe('direct')
  expect(kit.leases).toEqual([])
})
