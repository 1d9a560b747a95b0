import { expect, it } from 'vitest'
import { promptTools, siteSettings, temporaryFolder } from '../test-support.ts'
import { readAccounts } from './accounts.ts'
import { serveSite } from './server.ts'

async function open() {
  const folder = temporaryFolder()
  const databaseFile = folder.file('site.db')
  const server = await serveSite(siteSettings(databaseFile, { fault: 'wizard' }), promptTools)
  return {
    url: server.url,
    accounts: () => readAccounts(databaseFile),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

const about = { step: '0', draft: '', first_name: 'Ada', last_name: 'Lovelace', country: 'GB' }
const reach = { step: '1', email: 'ada@example.com', website: '' }
const secret = { step: '2', password: 'Difference1', password_confirmation: 'Difference1', terms: 'yes' }

function post(url: string, fields: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(`${url}/signup`, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' })
}

/** Posts one page and returns the id of the draft, as the next page's address tells it. */
async function next(url: string, fields: Readonly<Record<string, string>>): Promise<string> {
  const response = await post(url, fields)
  expect(response.status).toBe(303)
  return new URL(response.headers.get('location') ?? '', url).searchParams.get('draft') ?? ''
}

const shown = async (url: string, draft: string): Promise<string> =>
  (await fetch(`${url}/signup?draft=${draft}`)).text()

it('asks page by page and creates the account at the end', async () => {
  await using site = await open()
  const first = await (await fetch(`${site.url}/signup`)).text()
  expect(first).toContain('Step 1 of 3')
  expect(first).not.toContain('name="email"')
  const draft = await next(site.url, about)
  expect(await shown(site.url, draft)).toMatch(/Step 2 of 3[\s\S]*name="email"/)
  expect(await next(site.url, { ...reach, draft })).toBe(draft)
  expect(await shown(site.url, draft)).toMatch(/Step 3 of 3[\s\S]*name="password"/)
  expect(site.accounts()).toEqual([])
  const done = await post(site.url, { ...secret, draft })
  expect(done.headers.get('location')).toMatch(/^\/welcome\?account=/)
  expect(site.accounts()).toMatchObject([{ email: 'ada@example.com', firstName: 'Ada', country: 'GB' }])
})

it('does not go on from a page with a field that is not valid', async () => {
  await using site = await open()
  const response = await post(site.url, { ...about, country: '' })
  expect(response.status).toBe(422)
  const text = await response.text()
  expect(text).toContain('Step 1 of 3')
  expect(text).toContain('Choose your country.')
  expect(text).toContain('value="Ada"')
})

it('goes back to the page of a field that is refused at the end', async () => {
  await using site = await open()
  for (const attempt of ['first', 'second']) {
    const draft = await next(site.url, about)
    await next(site.url, { ...reach, draft })
    const response = await post(site.url, { ...secret, draft })
    if (attempt === 'first') continue
    expect(response.status).toBe(422)
    expect(await response.text()).toMatch(/There is an account[\s\S]*Step 2 of 3/)
  }
  expect(site.accounts()).toHaveLength(1)
})

it('lets a page be changed after going back, and none be skipped', async () => {
  await using site = await open()
  const draft = await next(site.url, about)
  await next(site.url, { ...about, draft, first_name: 'Augusta' })
  expect(await (await post(site.url, { ...secret, draft })).text()).toContain('Step 2 of 3')
  await next(site.url, { ...reach, draft })
  await post(site.url, { ...secret, draft })
  expect(site.accounts()).toMatchObject([{ firstName: 'Augusta' }])
})
