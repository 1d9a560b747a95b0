import { describe, expect, it } from 'vitest'
import type { Outcome, RegistrationConfigInput, Submission } from './index.ts'
import { type RunningSite, startSite } from './testing/demo-site.ts'
import { startRun } from './testing/run.ts'
import { useBrowser } from './testing/use-browser.ts'

const browser = useBrowser()

interface Ran {
  readonly submissions: readonly Submission[]
  readonly error: { readonly code?: string; readonly reason?: string; readonly retryable?: boolean } | undefined
  readonly accounts: ReturnType<RunningSite['accounts']>
}

async function run(flags: readonly string[], config: Partial<RegistrationConfigInput> = {}): Promise<Ran> {
  await using site = await startSite(...flags)
  const { batch, rows, open } = await startRun(browser(), {
    config: { url: `${site.url}/signup`, batchSize: 1, screenshots: 'never', ...config },
  })
  let error: Ran['error']
  try {
    await batch
  } catch (thrown) {
    error = thrown as Ran['error']
  }
  const submissions = rows().map(({ submission }) => submission)
  expect(open.size).toBe(0)
  return { submissions, error, accounts: site.accounts() }
}

describe('forms that are not just there', () => {
  it.each(['wizard', 'shadow', 'spa', 'disabled-until-valid', 'banner'])('gets through: %s', async (fault) => {
    const { submissions, accounts, error } = await run(['--fault', fault])
    expect(submissions).toMatchObject([{ outcome: 'success' }])
    expect(accounts.map(({ email }) => email)).toEqual([submissions[0]?.identity.email])
    expect(error).toBeUndefined()
  })

  it('opens the form from the page before it', async () => {
    await using site = await startSite()
    const { batch } = await startRun(browser(), { config: { url: `${site.url}/`, batchSize: 1 } })
    await batch
    expect(site.accounts()).toHaveLength(1)
  })
})

describe('sites that do not work', () => {
  it.each<[fault: string, outcome: Outcome, reason: RegExp]>([
    ['error-500', 'site_error', /500/],
    ['validation', 'rejected', /^The site says: ./],
  ])('%s: %s', async (fault, outcome, reason) => {
    const { submissions, accounts, error } = await run(['--fault', fault])
    expect(submissions).toMatchObject([{ outcome, reason: expect.stringMatching(reason) }])
    expect(error).toMatchObject({ code: 'NO_SUBMISSION_SUCCEEDED', retryable: false })
    expect(accounts).toEqual([])
  })
})

describe('sites that say no', () => {
  it('ends the batch at a CAPTCHA without touching the form', async () => {
    const { submissions, error } = await run(['--fault', 'captcha'], { batchSize: 3, concurrency: 1 })
    expect(submissions).toMatchObject([{ outcome: 'captcha' }])
    expect(submissions[0]?.steps.map(({ name }) => name)).toEqual(['open', 'detect'])
    expect(error).toMatchObject({ code: 'SITE_REFUSED', reason: 'refused_by_site', retryable: false })
  })

  it('ends the batch at a 429', async () => {
    const { submissions, error, accounts } = await run(['--fault', 'rate-limit', '--rate-limit', '1'], {
      batchSize: 4,
      concurrency: 1,
    })
    expect(submissions.map(({ outcome }) => outcome)).toEqual(['success', 'rate_limited'])
    expect(error).toMatchObject({ code: 'SITE_REFUSED', reason: 'refused_by_site', retryable: false })
    expect(accounts).toHaveLength(1)
  })

  it('ends the batch when the form is sent on to a foreign origin', async () => {
    await using foreign = await startSite()
    const flags = ['--fault', 'foreign-redirect', '--redirect-to', `${foreign.url}/signup`]
    const { submissions, error } = await run(flags, { batchSize: 2, concurrency: 1 })
    expect(submissions).toMatchObject([
      { outcome: 'left_authorised_origin', reason: expect.stringContaining(foreign.url) },
    ])
    expect(error).toMatchObject({ code: 'LEFT_AUTHORISED_ORIGIN', reason: 'left_authorised_origin', retryable: false })
  })
})
