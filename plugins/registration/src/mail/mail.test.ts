import type { HttpResponse, PluginHttp } from '@refbot/plugin-sdk'
import { describe, expect, it } from 'vitest'
import type { RegistrationConfigInput } from '../index.ts'
import { freePort } from '../testing/application.ts'
import { startSite } from '../testing/demo-site.ts'
import { startRun } from '../testing/run.ts'
import { useBrowser } from '../testing/use-browser.ts'
import { apiInbox } from './api-inbox.ts'
import { confirmationLink } from './link.ts'

describe('the link that confirms', () => {
  const link = (mail: { html?: string; text?: string }) =>
    confirmationLink({ subject: '', html: '', text: '', ...mail }, new Set(['https://a.example']))

  it.each([
    [
      'in text',
      { text: 'Go to https://a.example/confirm?token=abc123def.' },
      'https://a.example/confirm?token=abc123def',
    ],
    [
      'by its words, not the first',
      {
        html: '<a href="https://a.example/shop?ref=newsletter">Shop</a> <a href="https://a.example/u/1?a=1&amp;b=2">Verify <b>now</b></a>',
      },
      'https://a.example/u/1?a=1&b=2',
    ],
    [
      'by its long word',
      { text: 'https://a.example/ and https://a.example/e/0123456789abcdef' },
      'https://a.example/e/0123456789abcdef',
    ],
    ['on no other site', { text: 'https://evil.example/confirm?token=abc123def' }, undefined],
    ['not where there is none', { text: 'Welcome! https://a.example/' }, undefined],
    ['not to unsubscribe', { text: 'https://a.example/0123456789abcdef/unsubscribe' }, undefined],
    [
      'whatever of it is written as an entity',
      { html: '<a href="https://a.example/confirm?token&#x3D;abc123&amp;id&#61;7">Confirm</a>' },
      'https://a.example/confirm?token=abc123&id=7',
    ],
    [
      'without quotes around it',
      { html: '<a class=b href=https://a.example/confirm?token=abc123def>Go</a>' },
      'https://a.example/confirm?token=abc123def',
    ],
    [
      'behind the hash of an app',
      { text: 'https://a.example/#/verify?token=abc' },
      'https://a.example/#/verify?token=abc',
    ],
    [
      'in the query',
      {
        text: 'https://a.example/i.php?topic=123456 https://a.example/i.php?action=activate;u=1;code=2',
      },
      'https://a.example/i.php?action=activate;u=1;code=2',
    ],
    [
      'not where it only counts who has read it',
      {
        html: '<a href="https://a.example/?utm_source=mail&utm_medium=mail">Shop</a> <a href="https://a.example/u/1?k=12345678">Go</a>',
      },
      'https://a.example/u/1?k=12345678',
    ],
    [
      'by its words in Dutch',
      {
        html: '<a href="https://a.example/u/0123456789abcdef">Bekijk</a> <a href="https://a.example/u/fedcba9876543210">Bevestig je adres</a>',
      },
      'https://a.example/u/fedcba9876543210',
    ],
    [
      'by its words in Russian, and not the one that unsubscribes',
      {
        html: '<a href="https://a.example/u/0123456789abcdef">Отписаться</a> <a href="https://a.example/u/fedcba9876543210">Подтвердить</a>',
      },
      'https://a.example/u/fedcba9876543210',
    ],
  ])('is found %s', (_, mail, url) => {
    expect(link(mail)).toBe(url)
  })

  it('is found on a host that is called as other links are', () => {
    const url = 'https://support.example/confirm?token=abc123def'
    expect(confirmationLink({ subject: '', html: '', text: url }, new Set(['https://support.example']))).toBe(url)
  })
})

describe('an inbox with an API', () => {
  const http = (answers: Record<string, unknown>): PluginHttp => ({
    request: async (url) => {
      const { pathname } = new URL(url)
      const body = answers[pathname]
      return { status: body === undefined ? 404 : 200, json: () => body } as unknown as HttpResponse
    },
  })

  it('may be Mailpit’s', async () => {
    const answers = {
      '/api/v1/info': {},
      '/api/v1/search': { messages: [{ ID: 'x' }] },
      '/api/v1/message/x': { Subject: 'S', Text: 'T', HTML: 'H' },
    }
    await using inbox = await apiInbox(http(answers), 'http://127.0.0.1:8025/')
    expect(await inbox.to('a@example.com')).toEqual([{ subject: 'S', text: 'T', html: 'H' }])
  })

  it.each(['/api/email', '/email'])('may be maildev’s, at %s', async (list) => {
    const to = [{ address: 'A@example.com' }]
    const answers = {
      [list]: [
        { to, subject: 'old' },
        { to, subject: 'new', text: 'T', html: 'H' },
        { to: [], subject: 'x' },
      ],
    }
    await using inbox = await apiInbox(http(answers), 'http://127.0.0.1:1080')
    expect(await inbox.to('a@example.com')).toEqual([
      { subject: 'new', text: 'T', html: 'H' },
      { subject: 'old', text: '', html: '' },
    ])
    expect(await inbox.to('b@example.com')).toEqual([])
  })

  it('is an error where it is neither', async () => {
    await expect(apiInbox(http({}), 'http://127.0.0.1:1')).rejects.toMatchObject({ code: 'INBOX_UNREACHABLE' })
  })
})

describe('a sign-up that is confirmed by mail', () => {
  const browser = useBrowser()

  async function signUp(inbox: Partial<RegistrationConfigInput['inbox']> = {}, flags: readonly string[] = []) {
    const smtpPort = await freePort()
    const mode = flags.length > 0 ? flags : ['--fault', 'confirm-email', '--smtp-port', String(smtpPort)]
    await using site = await startSite(...mode)
    const config = {
      url: `${site.url}/signup`,
      batchSize: 1,
      inbox: { smtpPort, ...inbox },
      screenshots: 'never',
    } as const
    const { over, rows } = await startRun(browser(), { config })
    await over
    return { submission: rows()[0]?.submission, url: site.url }
  }

  it('is a success once the link of its mail was followed, and both are timed', async () => {
    const { submission, url } = await signUp()
    expect(submission).toMatchObject({
      outcome: 'success',
      reason: expect.stringMatching(/^The link of the mail was followed/),
      confirmation: { mailMs: expect.any(Number), openMs: expect.any(Number), status: 200, url: `${url}/confirm` },
    })
    expect(submission?.steps.map(({ name }) => name)).toEqual(['open', 'detect', 'fill', 'submit', 'confirm'])
  })

  it('is none where no mail comes', async () => {
    const { submission } = await signUp({ timeoutMs: 300 }, ['--fault', 'none'])
    expect(submission).toMatchObject({ outcome: 'no_mail', confirmation: { mailMs: expect.any(Number) } })
  })
})
