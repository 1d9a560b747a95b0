import type { JsonValue } from '@refbot/plugin-sdk'
import { describe, expect, it } from 'vitest'
import plugin, { type AccountsResult, type InspectResult } from '../index.ts'
import { submissionKey } from '../records.ts'
import { page, serveForms } from '../testing/form-server.ts'
import { startRun } from '../testing/run.ts'
import { submissionOf } from '../testing/submission.ts'
import { useBrowser } from '../testing/use-browser.ts'

const browser = useBrowser()

async function inspect(body: string) {
  await using server = await serveForms((_, form) => (form === undefined ? { html: page(body) } : undefined))
  const action = { name: 'inspect', input: { url: server.url } } as const
  const { kit, open } = await startRun(browser(), { config: { url: 'http://127.0.0.1:1/' }, action })
  try {
    return (await kit.result) as unknown as InspectResult
  } finally {
    expect(open.size).toBe(0)
    expect(kit.artifacts.get('inspect.png')?.contentType).toBe('image/png')
    expect(kit.storage.size).toBe(0)
    expect(server.sent).toEqual([])
  }
}

describe('inspect', () => {
  it('tells for each field what it is, on what evidence, and what is left alone; nothing is sent', async () => {
    const result = await inspect(`<form method="post"><label>First name <input name="first"></label>
      <label>Email <input name="mail" type="email" required></label>
      <label>Country <select name="country" required><option value="">-</option><option value="US">US</option></select></label>
      <label>Terms <input type="checkbox" name="terms" required></label>
      <input name="website" style="display:none"><button>Create account</button></form>`)
    expect(result.fields.map(({ field, evidence, action }) => `${field}: ${evidence}, ${action}`)).toEqual([
      'firstName: exact, fill',
      'email: type, fill',
      'country: exact, select',
      'terms: exact, check',
    ])
    expect(result).toMatchObject({
      ready: true,
      finding: 'The form is understood: 4 fields.',
      unmapped: [],
      leftAlone: [{ control: 'input[name="website"]' }],
      submit: 'button "Create account"',
      screenshot: 'inspect.png',
    })
  })

  it('names the required fields that it does not understand', async () => {
    const result = await inspect(`<form method="post"><label>Email <input name="mail" type="email" required></label>
      <label>Zorkmid level <input name="z" required></label><button>Sign up</button></form>`)
    expect(result).toMatchObject({
      ready: false,
      unmapped: [{ control: 'input[name="z"]', label: 'Zorkmid level' }],
    })
  })

  it('is an error where there is no form, and where the site says no', async () => {
    await expect(inspect('<p>Nothing here</p>')).rejects.toMatchObject({ code: 'FORM_NOT_FOUND', reason: 'no_form' })
    await expect(
      inspect(
        '<form><input type="email" name="email"><div class="g-recaptcha">Not a robot</div><button>Join</button></form>',
      ),
    ).rejects.toMatchObject({ code: 'SITE_REFUSED', reason: 'refused_by_site' })
  })
})

describe('accounts', () => {
  async function accounts(run: string, indexes: readonly number[]) {
    const config = { url: 'http://127.0.0.1:1/' }
    const storage = new Map<string, JsonValue>()
    for (const index of indexes) {
      const outcome = index % 2 === 0 ? 'success' : 'rejected'
      storage.set(submissionKey('run-1', index), {
        state: 'done',
        submission: submissionOf({ index, outcome }),
      } as JsonValue)
    }
    const { kit } = await startRun(browser(), { config, storage, action: { name: 'accounts', input: { run } } })
    return { result: (await kit.result) as unknown as AccountsResult, kit }
  }

  it('lists what a run made, from its records, and keeps the list as a file', async () => {
    const { result, kit } = await accounts('run-1', [0, 1, 2, 24])
    expect(result).toMatchObject({ runId: 'run-1', submissions: 4 })
    expect(result.accounts).toHaveLength(3)
    expect(result.accounts[0]).toMatchObject({ email: 'ada.example.1@example.com', created: 'yes' })
    expect(String(kit.artifacts.get('accounts.csv')?.content).split('\r\n')).toHaveLength(5)
  })

  it('says so where nothing is on record', async () => {
    await expect(accounts('run-2', [0])).rejects.toMatchObject({ code: 'RUN_WITHOUT_RECORDS' })
  })

  it('takes no run that is no id', async () => {
    const input = plugin.actions?.accounts?.input
    expect(await input?.['~standard'].validate({ run: '../x' })).toHaveProperty('issues')
  })
})
