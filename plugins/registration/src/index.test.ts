import type { JsonValue } from '@refbot/plugin-sdk'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import plugin, { type BatchResult, type RegistrationConfigInput, type StoredSubmission } from './index.ts'
import { launchBrowser } from './testing/browser.ts'
import { type RunningSite, startSite } from './testing/demo-site.ts'
import { type MemoryContext, type MemoryContextOptions, memoryContext } from './testing/memory-context.ts'

// Real browsers and sites, on machines that may have other things to do.
vi.setConfig({ testTimeout: 90_000 })

let browser: Browser
let site: RunningSite

beforeAll(async () => {
  ;[browser, site] = await Promise.all([launchBrowser(), startSite()])
})

afterAll(async () => {
  await Promise.all([browser?.close(), site?.[Symbol.asyncDispose]()])
})

const run = (host: MemoryContext) =>
  plugin.execute(host.context) as Promise<JsonValue> as Promise<unknown> as Promise<BatchResult>
const runIds = Array.from({ length: 20 }, (_, at) => `0190f0a0-0000-7000-8000-${String(at).padStart(12, '0')}`)

function host(
  runId: string | undefined,
  options: Omit<MemoryContextOptions, 'browser' | 'config' | 'runId'> = {},
  config: Partial<RegistrationConfigInput> = {},
): Promise<MemoryContext> {
  const id = runId ?? 'run'
  return memoryContext({
    browser,
    runId: id,
    config: { url: `${site.url}/signup`, batchSize: 1, concurrency: 1, ...config },
    ...options,
  })
}

const accountsOf = (runId: string | undefined) => site.accounts().filter((account) => account.runId === runId)

describe('a batch on a healthy site', () => {
  it('makes an account for each submission, and tells which', async () => {
    const memory = await host(runIds[0], {}, { batchSize: 2, screenshots: 'always' })
    const { submissions, summary } = await run(memory)
    expect(submissions.map(({ index, outcome, reason }) => ({ index, outcome, reason }))).toEqual([
      { index: 0, outcome: 'success', reason: 'The page says: Your account has been created.' },
      { index: 1, outcome: 'success', reason: 'The page says: Your account has been created.' },
    ])
    expect(accountsOf(runIds[0]).map(({ email }) => email)).toEqual(submissions.map(({ identity }) => identity.email))
    expect(summary).toMatchObject({
      runId: runIds[0],
      planned: 2,
      succeeded: 2,
      failed: 0,
      successRate: 1,
      outcomes: { success: 2 },
    })
    expect(summary.p95DurationMs).toBeGreaterThan(0)
  })

  it('recognises each field by its strongest evidence and leaves the trap alone', async () => {
    const { submissions } = await run(await host(runIds[1]))
    expect(submissions[0]?.matched.map(({ field, evidence }) => `${field}: ${evidence}`)).toEqual([
      'firstName: autocomplete',
      'lastName: autocomplete',
      'email: autocomplete',
      'password: autocomplete',
      'passwordConfirm: autocomplete',
      'country: autocomplete',
      'terms: exact',
    ])
  })

  it('reports metrics, steps, progress, the answer to the submit and a picture', async () => {
    const memory = await host(runIds[2], {}, { screenshots: 'always' })
    const { submissions } = await run(memory)
    const labels = { outcome: 'success', proxy: 'direct' }
    expect(memory.metrics).toEqual([
      { name: 'registration.duration', value: submissions[0]?.durationMs, labels },
      { name: 'registration.outcome', value: 1, labels },
    ])
    expect(memory.steps).toEqual(['submission 1', 'open', 'detect', 'fill', 'submit'])
    expect(submissions[0]?.steps.map(({ name }) => name)).toEqual(['open', 'detect', 'fill', 'submit'])
    expect(memory.progress).toEqual([`1/1 ${submissions[0]?.identity.email}: success through direct`])
    expect(submissions[0]?.response).toEqual({ status: 303, method: 'POST', url: `${site.url}/signup` })
    expect(memory.artifacts.get(submissions[0]?.screenshot ?? '')?.contentType).toBe('image/png')
    expect(memory.open.size).toBe(0)
  })

  it('keeps no password anywhere', async () => {
    const memory = await host(runIds[3])
    const result = await run(memory)
    const kept = JSON.stringify([result, [...memory.storage], memory.metrics, memory.progress])
    expect(kept).toContain('identity')
    expect(kept).not.toMatch(/"password":/)
  })

  it('gives the same identities for the same seed', async () => {
    const first = await run(await host(runIds[4], {}, { seed: 'replay' }))
    const memory = await host(runIds[5], {}, { seed: 'replay' })
    // The address is taken now, and the site says so.
    await expect(run(memory)).rejects.toMatchObject({ code: 'NO_SUBMISSION_SUCCEEDED', retryable: false })
    const [kept] = [...memory.storage.values()] as unknown as StoredSubmission[]
    expect(kept?.submission).toMatchObject({ outcome: 'rejected', identity: first.submissions[0]?.identity })
    expect(kept?.submission.reason).toMatch(/^The site says: .*already/)
  })

  it('takes what a configured success says, and nothing less', async () => {
    const good = await run(
      await host(runIds[6], {}, { success: { url: '/welcome', text: 'welcome aboard', status: [303] } }),
    )
    expect(good.submissions[0]?.reason).toMatch(/^As configured: /)
    const memory = await host(runIds[7], {}, { success: { selector: '#nowhere' }, timeoutMs: 6000 })
    await expect(run(memory)).rejects.toMatchObject({ code: 'NO_SUBMISSION_SUCCEEDED' })
    expect(JSON.stringify([...memory.storage])).toContain('no_confirmation')
  })
})

describe('a retry of the run', () => {
  it('goes on behind what was sent, and never sends it again', async () => {
    const runId = runIds[8]
    const first = await host(runId, {}, { batchSize: 2 })
    const { submissions } = await run(first)
    const storage = new Map(first.storage)
    const [doneKey = '', pendingKey = ''] = [...storage.keys()]
    const pending = {
      state: 'pending',
      submission: { ...submissions[1], outcome: 'unknown_fate' },
    } as unknown as JsonValue
    storage.set(pendingKey, pending)
    const again = await run(await host(runId, { storage, attempt: 2 }, { batchSize: 3 }))
    expect(again.submissions.map(({ outcome }) => outcome)).toEqual(['success', 'unknown_fate', 'success'])
    expect(again.submissions[0]).toEqual((storage.get(doneKey) as unknown as StoredSubmission).submission)
    expect(accountsOf(runId)).toHaveLength(3)
  })

  it('writes a submission down before it is sent', async () => {
    const memory = await host(runIds[9])
    const states: string[] = []
    const { set } = memory.context.storage
    Object.assign(memory.context.storage, {
      set: async (key: string, value: JsonValue) => {
        const { state, submission } = value as unknown as StoredSubmission
        states.push(`${state} ${submission.outcome} ${accountsOf(runIds[9]).length}`)
        await set(key, value)
      },
    })
    await run(memory)
    expect(states).toEqual(['pending unknown_fate 0', 'done success 1'])
  })
})

describe('proxies', () => {
  const refuses = { id: 'http://127.0.0.1:1', breaks: () => ({ code: 'PROXY_REFUSED', phase: 'connect' as const }) }
  const healthy = { id: 'http://127.0.0.1:2' }
  const isSubmit = ({ method }: { method: string }) => method === 'POST'

  it('tries once more through another one when the first failed to connect', async () => {
    const { submissions } = await run(await host(runIds[10], { proxies: [refuses, healthy] }))
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
    const { submissions } = await run(await host(runIds[11], { proxies: [atSubmit, healthy] }))
    expect(submissions[0]).toMatchObject({
      outcome: 'success',
      attempts: [{ fault: 'PROXY_REFUSED' }, { proxy: healthy.id }],
    })
    expect(accountsOf(runIds[11])).toHaveLength(1)
  })

  it('never sends again what may have arrived', async () => {
    const breaksOff = {
      id: refuses.id,
      breaks: (request: { method: string }) =>
        isSubmit(request) ? { code: 'UPSTREAM_RESET', phase: 'exchange' as const } : undefined,
    }
    const memory = await host(runIds[12], { proxies: [breaksOff, healthy] })
    await expect(run(memory)).rejects.toMatchObject({ code: 'NO_SUBMISSION_SUCCEEDED', retryable: false })
    const [kept] = [...memory.storage.values()] as unknown as StoredSubmission[]
    expect(kept?.submission).toMatchObject({
      outcome: 'unknown_fate',
      attempts: [{ proxy: refuses.id, fault: 'UPSTREAM_RESET' }],
    })
    expect(accountsOf(runIds[12])).toHaveLength(1)
  })

  it('gives up when no other is left, and may be tried again later', async () => {
    const memory = await host(runIds[13], { proxies: [refuses] })
    await expect(run(memory)).rejects.toMatchObject({ code: 'NO_SUBMISSION_SUCCEEDED', retryable: true })
    const again = await run(await host(runIds[13], { proxies: [healthy], storage: memory.storage, attempt: 2 }))
    expect(again.summary.succeeded).toBe(1)
  })

  it('passes over those that may not be used for this target', async () => {
    const memory = await host(runIds[17], { proxies: [{ id: 'http://proxy.test:1', unfit: true }, healthy] })
    const { submissions } = await run(memory)
    expect(submissions[0]).toMatchObject({ outcome: 'success', attempts: [{ proxy: healthy.id }] })
    const none = await host(runIds[17], { proxies: [{ id: 'http://proxy.test:1', unfit: true }] })
    await expect(run(none)).rejects.toMatchObject({ code: 'PROXY_NOT_LOOPBACK' })
  })

  it('uses none where the owner wants none', async () => {
    const memory = await host(runIds[14], { proxies: [healthy], authorisation: { proxies: false } })
    const { submissions } = await run(memory)
    expect(submissions[0]?.proxy).toBe('direct')
    expect(memory.leased).toEqual([])
  })
})

describe('what the owner agreed to', () => {
  it.each([
    ['/signup', true],
    ['/*', true],
    ['/signup/*', false],
    ['/join', false],
  ])('paths: %s', async (path, agreed) => {
    const memory = await host(runIds[16], { authorisation: { paths: [path] } }, { seed: path })
    const result = run(memory)
    if (agreed) expect((await result).summary.succeeded).toBe(1)
    else await expect(result).rejects.toMatchObject({ code: 'TARGET_NOT_AUTHORISED', retryable: false })
  })

  it('is the mail domains too', async () => {
    const listed = await host(runIds[18], { authorisation: { emailDomains: ['qa.acme.io'] } })
    expect((await run(listed)).submissions[0]?.identity.email).toMatch(/@qa\.acme\.io$/)
    const foreign = await host(runIds[18], {}, { emailDomain: 'qa.acme.io' })
    await expect(run(foreign)).rejects.toMatchObject({ code: 'PLUGIN_CONFIG_INVALID' })
  })

  it('is how many a day, and how many a minute', async () => {
    const memory = await host(runIds[19], { authorisation: { maxPerDay: 2, maxPerMinute: 4 } }, { batchSize: 5 })
    const { summary } = await run(memory)
    expect(summary.planned).toBe(2)
    expect(memory.slept).toEqual([15_000])
  })

  it('ends the batch when the gate saw the site refuse, whatever the page shows', async () => {
    const memory = await host(runIds[18], { refusal: 'challenged' }, { seed: 'refused' })
    await expect(run(memory)).rejects.toMatchObject({ code: 'SITE_REFUSED', reason: 'refused_by_site' })
  })
})

describe('a stop', () => {
  it('in the middle of a submit leaves it of unknown fate, and no page open', async () => {
    const storage = new Map<string, JsonValue>()
    const memory = await host(runIds[15], { storage }, { seed: 'stopped' })
    const { set } = memory.context.storage
    Object.assign(memory.context.storage, {
      set: async (key: string, value: JsonValue) => {
        await set(key, value)
        memory.stop()
      },
    })
    await expect(run(memory)).rejects.toMatchObject({ code: 'RUN_STOPPED', retryable: false })
    expect([...storage.values()]).toMatchObject([{ state: 'pending', submission: { outcome: 'unknown_fate' } }])
    expect(memory.open.size).toBe(0)
    const again = await host(runIds[15], { storage, attempt: 2 }, { seed: 'stopped' })
    await expect(run(again)).rejects.toMatchObject({ code: 'NO_SUBMISSION_SUCCEEDED', retryable: false })
    expect(again.steps).toEqual([])
  })

  it('ends the run between two submissions', async () => {
    const memory = await host(runIds[15], {}, { batchSize: 3, seed: 'between' })
    memory.context.metrics.record = () => memory.stop()
    await expect(run(memory)).rejects.toMatchObject({ code: 'RUN_STOPPED' })
    expect(memory.storage.size).toBe(1)
    expect(memory.open.size).toBe(0)
  })
})
