import { describe, expect, it } from 'vitest'
import { formBody, postForm, promptTools, siteSettings, temporaryFolder, validFields } from '../test-support.ts'
import { readAccounts } from './accounts.ts'
import { type SiteFault, siteFaults } from './faults.ts'
import { type SiteSettings, type SiteTools, serveSite } from './server.ts'

async function open(settings: Partial<SiteSettings> = {}, tools: Partial<SiteTools> = {}) {
  const folder = temporaryFolder()
  const databaseFile = folder.file('site.db')
  const server = await serveSite(siteSettings(databaseFile, settings), { ...promptTools, ...tools })
  return {
    url: server.url,
    accounts: () => readAccounts(databaseFile),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

const postJson = (url: string, body: unknown): Promise<Response> =>
  fetch(`${url}/api/signup`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
    redirect: 'manual',
  })

describe('the pages', () => {
  it('lead from the start to the form, with style and script as resources of the same origin', async () => {
    await using site = await open()
    const landing = await (await fetch(`${site.url}/`)).text()
    expect(landing).toContain('href="/signup"')
    const response = await fetch(`${site.url}/signup`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'")
    const form = await response.text()
    expect(form).toContain('<form class="sign-up" method="post" action="/signup"')
    for (const [, path] of form.matchAll(/<(?:link|script)[^>]*(?:href|src)="([^"]+)"/g)) {
      expect((await fetch(site.url + path)).status, path).toBe(200)
    }
    expect(form).not.toMatch(/(?:src|href)="(?:https?:|\/\/)/)
  })

  it.each([
    ['/site.css', 'text/css'],
    ['/site.js', 'text/javascript'],
    ['/app.js', 'text/javascript'],
    ['/icon.svg', 'image/svg+xml'],
    ['/captcha.svg', 'image/svg+xml'],
    ['/robots.txt', 'text/plain'],
    ['/api/health', 'application/json'],
  ])('%s is %s', async (path, type) => {
    await using site = await open()
    const response = await fetch(site.url + path)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain(type)
    expect((await response.text()).length).toBeGreaterThan(0)
  })

  it('answer HEAD like GET without a body, and other methods with what is allowed', async () => {
    await using site = await open()
    const head = await fetch(`${site.url}/signup`, { method: 'HEAD' })
    expect(head.status).toBe(200)
    expect(await head.text()).toBe('')
    const refused = await fetch(`${site.url}/signup`, { method: 'DELETE' })
    expect(refused.status).toBe(405)
    expect(refused.headers.get('allow')).toBe('GET, HEAD, POST')
  })

  it.each(['/nothing', '//', '/constructor'])('%s is not found', async (path) => {
    await using site = await open()
    expect((await fetch(site.url + path)).status).toBe(404)
  })
})

describe('a sign-up', () => {
  it('is stored with its run and confirmed on the page it leads to', async () => {
    await using site = await open()
    const response = await postForm(site.url, {}, { 'X-RefBot-Run': 'run-7', 'User-Agent': 'RefBot/1' })
    expect(response.status).toBe(303)
    const [account] = site.accounts()
    expect(account).toMatchObject({
      email: 'ada@example.com',
      runId: 'run-7',
      userAgent: 'RefBot/1',
      createdAt: 1_700_000_000_000,
    })
    expect(response.headers.get('location')).toBe(`/welcome?account=${account?.id}`)
    const welcome = await (await fetch(site.url + response.headers.get('location'))).text()
    expect(welcome).toContain('<p role="status">Your account has been created.</p>')
  })

  it('has no run when the header is missing', async () => {
    await using site = await open()
    await postForm(site.url)
    expect(site.accounts()).toMatchObject([{ runId: null }])
  })

  it('that is not valid is shown again with messages, and nothing is stored', async () => {
    await using site = await open()
    const response = await postForm(site.url, { email: 'nonsense', firstName: 'Ada "L" <x>' })
    expect(response.status).toBe(422)
    const text = await response.text()
    expect(text).toContain('role="alert"')
    expect(text).toContain('value="Ada &quot;L&quot; &lt;x&gt;"')
    expect(site.accounts()).toEqual([])
  })

  it('with a taken address is refused', async () => {
    await using site = await open()
    await postForm(site.url)
    const response = await postForm(site.url, { email: 'ADA@example.com' })
    expect(response.status).toBe(422)
    expect(await response.text()).toContain('There is an account with this e-mail address already.')
    expect(site.accounts()).toHaveLength(1)
  })

  it('with a filled honeypot is refused', async () => {
    await using site = await open()
    expect((await postForm(site.url, { website: 'https://example.com' })).status).toBe(422)
    expect(site.accounts()).toEqual([])
  })

  it('is refused with another content type, or beyond 64 kB', async () => {
    await using site = await open()
    const other = await fetch(`${site.url}/signup`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    })
    expect(other.status).toBe(415)
    const large = await postForm(site.url, { firstName: 'x'.repeat(2_000_000) })
    expect(large.status).toBe(413)
    expect(site.accounts()).toEqual([])
  })
})

describe('fault', () => {
  it.each(Object.keys(siteFaults) as SiteFault[])('%s: the start and the sign-up page are served', async (fault) => {
    await using site = await open({ fault, redirectTo: 'http://127.0.0.2/' })
    expect((await fetch(`${site.url}/`)).status).toBe(200)
    expect((await fetch(`${site.url}/signup`)).status).toBe(200)
  })

  it('slow: every answer but the health check waits', async () => {
    const waits: number[] = []
    const sleep = (ms: number): Promise<void> => {
      waits.push(ms)
      return Promise.resolve()
    }
    await using site = await open({ fault: 'slow', latencyMs: 250 }, { sleep })
    await fetch(`${site.url}/api/health`)
    expect(waits).toEqual([])
    await fetch(`${site.url}/signup`)
    await postForm(site.url)
    expect(waits).toEqual([250, 250])
  })

  it('slow: an answer is not sent before its time', async () => {
    const time = Promise.withResolvers<void>()
    await using site = await open({ fault: 'slow', latencyMs: 250 }, { sleep: () => time.promise })
    let answered = false
    const response = fetch(`${site.url}/signup`).finally(() => {
      answered = true
    })
    // A second request makes its whole way while the first one waits.
    await fetch(`${site.url}/api/health`)
    expect(answered).toBe(false)
    time.resolve()
    expect((await response).status).toBe(200)
  })

  it('error-500: a submit fails', async () => {
    await using site = await open({ fault: 'error-500' })
    expect((await postForm(site.url)).status).toBe(500)
    expect(site.accounts()).toEqual([])
  })

  it('validation: a submit is refused at the e-mail field', async () => {
    await using site = await open({ fault: 'validation' })
    const response = await postForm(site.url)
    expect(response.status).toBe(422)
    expect(await response.text()).toContain('id="email-error">We cannot accept this e-mail address.')
  })

  it('drop-one: the second sign-up of a run is confirmed and lost', async () => {
    await using site = await open({ fault: 'drop-one' })
    for (const name of ['one', 'two', 'three']) {
      const response = await postForm(site.url, { email: `${name}@example.com` }, { 'X-RefBot-Run': 'run-1' })
      expect(response.status).toBe(303)
      expect((await fetch(site.url + response.headers.get('location'))).status).toBe(200)
    }
    expect(site.accounts().map(({ email }) => email)).toEqual(['one@example.com', 'three@example.com'])
  })

  it('banner: a dialog lies over each page until the cookie says that it was answered', async () => {
    await using site = await open({ fault: 'banner' })
    for (const path of ['/', '/signup', '/welcome']) {
      expect(await (await fetch(site.url + path)).text()).toContain('data-consent-choice="all"')
    }
    const headers = { cookie: 'a=b; consent=necessary' }
    expect(await (await fetch(`${site.url}/signup`, { headers })).text()).not.toContain('data-consent')
  })

  it('captcha: a challenge stands in place of the form, and no answer to it is right', async () => {
    await using site = await open({ fault: 'captcha' })
    const shown = await (await fetch(`${site.url}/signup`)).text()
    expect(shown).toContain('CAPTCHA')
    expect(shown).not.toContain('name="email"')
    const response = await postForm(site.url)
    expect(response.status).toBe(422)
    expect(await response.text()).toContain('CAPTCHA')
    expect(site.accounts()).toEqual([])
  })

  it('rate-limit: a submit beyond the limit is answered with 429 and when to come back', async () => {
    await using site = await open({ fault: 'rate-limit', rateLimit: 1 })
    expect((await postForm(site.url, { email: 'one@example.com' })).status).toBe(303)
    const response = await postForm(site.url, { email: 'two@example.com' })
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('60')
    expect(site.accounts()).toHaveLength(1)
  })

  it('foreign-redirect: a submit is sent on with its body to the other origin', async () => {
    await using other = await open()
    await using site = await open({ fault: 'foreign-redirect', redirectTo: `${other.url}/signup` })
    const response = await postForm(site.url)
    expect(response.status).toBe(307)
    expect(response.headers.get('location')).toBe(`${other.url}/signup`)
    await fetch(`${site.url}/signup`, { method: 'POST', body: formBody() })
    expect(other.accounts()).toHaveLength(1)
    expect(site.accounts()).toEqual([])
  })

  it('shadow: the same form stands in an open shadow root', async () => {
    await using site = await open({ fault: 'shadow' })
    const text = await (await fetch(`${site.url}/signup`)).text()
    expect(text).toMatch(
      /<sign-up-form><template shadowrootmode="open">.*name="email"[\s\S]*<\/template><\/sign-up-form>/s,
    )
    expect((await postForm(site.url)).status).toBe(303)
  })

  it('disabled-until-valid: the form is marked for the script that keeps the button disabled', async () => {
    await using site = await open({ fault: 'disabled-until-valid' })
    expect(await (await fetch(`${site.url}/signup`)).text()).toMatch(/<form[^>]* data-gated>/)
  })

  it('spa: the page has no form of its own, and its script posts JSON', async () => {
    await using site = await open({ fault: 'spa' })
    const text = await (await fetch(`${site.url}/signup`)).text()
    expect(text).not.toContain('<form')
    expect(text).toContain('src="/app.js"')
    const response = await postJson(site.url, { ...validFields, terms: true })
    expect(response.status).toBe(201)
    expect(await response.json()).toEqual({ account: { id: site.accounts()[0]?.id } })
  })
})

describe('the JSON sign-up', () => {
  it('names what is wrong, field by field', async () => {
    await using site = await open()
    const response = await postJson(site.url, { ...validFields, terms: false, country: 'XX' })
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ errors: { country: 'Choose your country.' } })
  })

  it('refuses what is not JSON', async () => {
    await using site = await open()
    expect((await postJson(site.url, '{')).status).toBe(400)
  })

  it.each([
    ['error-500', 500],
    ['validation', 422],
    ['captcha', 422],
    ['foreign-redirect', 307],
  ] as const)('meets the fault %s as %i', async (fault, status) => {
    await using site = await open({ fault, redirectTo: 'http://127.0.0.2/' })
    expect((await postJson(site.url, validFields)).status).toBe(status)
    expect(site.accounts()).toEqual([])
  })

  it('meets the fault rate-limit as 429', async () => {
    await using site = await open({ fault: 'rate-limit', rateLimit: 0 })
    const response = await postJson(site.url, validFields)
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '60'])
  })
})
