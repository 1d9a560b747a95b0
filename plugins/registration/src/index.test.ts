import type { JsonValue } from '@refbot/plugin-sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RegistrationConfigInput, StoredSubmission } from './index.ts'
import { type RunningSite, startSite } from './testing/demo-site.ts'
import { type RealRun, type RealRunOptions, startRun } from './testing/run.ts'
import { useBrowser } from './testing/use-browser.ts'
import { WatchedStorage } from './testing/watched-storage.ts'

const browser = useBrowser()
let site: RunningSite

beforeAll(async () => {
  site = await startSite()
})

afterAll(() => site?.[Symbol.asyncDispose]())

function start(
  id: string,
  config: Partial<RegistrationConfigInput> = {},
  { attempt = 1, ...options }: Pick<RealRunOptions, 'storage'> & { readonly attempt?: number } = {},
): Promise<RealRun> {
  return startRun(browser(), {
    run: { id, attempt },
    config: { url: `${site.url}/signup`, batchSize: 1, concurrency: 1, ...config },
    ...options,
  })
}

const accountsOf = (runId: string) => site.accounts().filter((account) => account.runId === runId)

describe('a batch on a healthy site', () => {
  it('makes an account for each submission, and tells which', async () => {
    const { batch } = await start('two', { batchSize: 2, screenshots: 'always' })
    const { submissions, summary } = await batch
    expect(submissions.map(({ index, outcome, reason }) => ({ index, outcome, reason }))).toEqual([
      { index: 0, outcome: 'success', reason: 'The page says: Your account has been created.' },
      { index: 1, outcome: 'success', reason: 'The page says: Your account has been created.' },
    ])
    expect(accountsOf('two').map(({ email }) => email)).toEqual(submissions.map(({ identity }) => identity.email))
    expect(summary).toMatchObject({
      runId: 'two',
      planned: 2,
      succeeded: 2,
      failed: 0,
      successRate: 1,
      outcomes: { success: 2 },
    })
    expect(summary.p95DurationMs).toBeGreaterThan(0)
  })

  it('recognises each field by its strongest evidence and leaves the trap alone', async () => {
    const { submissions } = await (await start('evidence')).batch
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

  it('reports metrics, steps, progress, the answer to the submit and a picture, and no password', async () => {
    const { kit, batch, open } = await start('reports', { screenshots: 'always' })
    const result = await batch
    const [submission] = result.submissions
    const labels = { outcome: 'success', proxy: 'direct' }
    expect(kit.metrics).toMatchObject([
      { name: 'registration.duration', value: submission?.durationMs, labels },
      { name: 'registration.outcome', value: 1, labels },
    ])
    const names = ['open', 'detect', 'fill', 'submit']
    expect(kit.steps.map(({ path }) => path)).toEqual([
      ...names.map((name) => `submission 1 › ${name}`),
      'submission 1',
    ])
    expect(submission?.steps.map(({ name }) => name)).toEqual(names)
    expect(kit.progress).toEqual([
      { done: 1, total: 1, message: `${submission?.identity.email}: success through direct` },
    ])
    expect(submission?.response).toEqual({ status: 303, method: 'POST', url: `${site.url}/signup` })
    expect(kit.artifacts.get(submission?.screenshot ?? '')?.contentType).toBe('image/png')
    expect(open.size).toBe(0)
    const kept = JSON.stringify([result, [...kit.storage], kit.metrics, kit.progress, kit.lines])
    expect(kept).toContain('identity')
    expect(kept).not.toMatch(/"password":/)
  })

  it('gives the same identities for the same seed', async () => {
    const first = await (await start('first', { seed: 'replay' })).batch
    const second = await start('second', { seed: 'replay' })
    // The address is taken now, and the site says so.
    await expect(second.batch).rejects.toMatchObject({ code: 'NO_SUBMISSION_SUCCEEDED', retryable: false })
    expect(second.rows()).toMatchObject([
      {
        submission: {
          outcome: 'rejected',
          identity: first.submissions[0]?.identity,
          reason: expect.stringMatching(/^The site says: .*already/),
        },
      },
    ])
  })

  it('takes what a configured success says, and nothing less', async () => {
    const good = await start('good', { success: { url: '/welcome', text: 'welcome aboard', status: [303] } })
    expect((await good.batch).submissions[0]?.reason).toMatch(/^As configured: /)
    const { batch, rows } = await start('missing', { success: { selector: '#nowhere' } })
    await expect(batch).rejects.toMatchObject({ code: 'NO_SUBMISSION_SUCCEEDED' })
    expect(rows()).toMatchObject([{ submission: { outcome: 'no_confirmation' } }])
  })
})

describe('a retry of the run', () => {
  it('goes on behind what was sent, and never sends it again', async () => {
    const first = await start('retried', { batchSize: 2 })
    const { submissions } = await first.batch
    const storage = new Map(first.kit.storage)
    const [, pendingKey = ''] = [...storage.keys()]
    const submission = { ...submissions[1], outcome: 'unknown_fate' }
    storage.set(pendingKey, { state: 'pending', submission } as unknown as JsonValue)
    const again = await (await start('retried', { batchSize: 3 }, { storage, attempt: 2 })).batch
    expect(again.submissions.map(({ outcome }) => outcome)).toEqual(['success', 'unknown_fate', 'success'])
    expect(again.submissions[0]).toEqual(first.rows()[0]?.submission)
    expect(accountsOf('retried')).toHaveLength(3)
  })

  it('writes a submission down before it is sent', async () => {
    const states: string[] = []
    const storage = new WatchedStorage((_key, value) => {
      const { state, submission } = value as unknown as StoredSubmission
      states.push(`${state} ${submission.outcome} ${accountsOf('written').length}`)
    })
    await (await start('written', {}, { storage })).batch
    expect(states).toEqual(['pending unknown_fate 0', 'done success 1'])
  })
})
