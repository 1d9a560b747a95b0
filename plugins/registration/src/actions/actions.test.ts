import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import plugin, { type AccountsResult, type InspectResult } from '../index.ts'
import { keep } from '../records.ts'
import { launchBrowser } from '../testing/browser.ts'
import { page, serveForms } from '../testing/form-server.ts'
import { memoryContext } from '../testing/memory-context.ts'
import { submissionOf } from '../testing/submission.ts'

// Real browsers and sites, on machines that may have other things to do.
vi.setConfig({ testTimeout: 90_000 })

let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser?.close()
})

async function inspect(body: string) {
  await using server = await serveForms((_, form) => (form === undefined ? { html: page(body) } : undefined))
  const memory = await memoryContext({ browser, config: { url: 'http://127.0.0.1:1/' } })
  try {
    const context = { ...memory.context, input: { url: server.url } }
    const result = (await plugin.actions?.inspect?.execute(context)) as unknown as InspectResult
    return { result, memory, sent: server.sent.length }
  } finally {
    expect(memory.open.size).toBe(0)
    expect(memory.artifacts.get('inspect.png')?.contentType).toBe('image/png')
    expect(memory.storage.size).toBe(0)
    expect(server.sent).toEqual([])
  }
}

describe('inspect', () => {
  it('tells for each field what it is, on what evidence, and what is left alone; nothing is sent', async () => {
    const { result } = await inspect(`<form method="post"><label>First name <input name="first"></label>
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
    const { result } = await inspect(`<form method="post"><label>Email <input name="mail" type="email" required></label>
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
    const memory = await memoryContext({ browser, config: { url: 'http://127.0.0.1:1/' } })
    for (const index of indexes) {
      const outcome = index % 2 === 0 ? 'success' : 'rejected'
      await keep(memory.context.storage, 'run-1', 'done', submissionOf({ index, outcome }))
    }
    const result = await plugin.actions?.accounts?.execute({ ...memory.context, input: { run } })
    return { result: result as unknown as AccountsResult, memory }
  }

  it('lists what a run made, from its records, and keeps the list as a file', async () => {
    const { result, memory } = await accounts('run-1', [0, 1, 2, 24])
    expect(result).toMatchObject({ runId: 'run-1', submissions: 4 })
    expect(result.accounts).toHaveLength(3)
    expect(result.accounts[0]).toMatchObject({ email: 'ada.example.1@example.com', created: 'yes' })
    expect(String(memory.artifacts.get('accounts.csv')?.content).split('\r\n')).toHaveLength(5)
  })

  it('says so where nothing is on record', async () => {
    await expect(accounts('run-2', [0])).rejects.toMatchObject({ code: 'RUN_WITHOUT_RECORDS' })
  })

  it('takes no run that is no id', async () => {
    const input = plugin.actions?.accounts?.input
    expect(await input?.['~standard'].validate({ run: '../x' })).toHaveProperty('issues')
  })
})
