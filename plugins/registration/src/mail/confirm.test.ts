import { describe, expect, it } from 'vitest'
import { freePort } from '../testing/application.ts'
import { type Answer, page, serveForms, signUpPage } from '../testing/form-server.ts'
import { startRun } from '../testing/run.ts'
import { sendMail } from '../testing/send-mail.ts'
import { useBrowser } from '../testing/use-browser.ts'

const browser = useBrowser()

interface Site {
  /** Mails that a sign-up leads to, in HTML, one after the other. */
  readonly mails: (url: string) => readonly string[]
  readonly answer: (path: string) => Answer
}

async function signUp({ mails, answer }: Site) {
  const smtpPort = await freePort()
  let url = ''
  await using server = await serveForms(async (path, form) => {
    if (path !== '/') return answer(path)
    if (form === undefined) return { html: signUpPage }
    for (const html of mails(url)) await sendMail(smtpPort, { to: [form.get('email') ?? ''], html })
    return { html: page('<h1>Thank you</h1>') }
  })
  url = server.url
  const config = { url, batchSize: 1, inbox: { smtpPort }, screenshots: 'never', timeoutMs: 60_000 } as const
  const { over, rows } = await startRun(browser(), { config })
  await over
  return rows()[0]?.submission
}

const link = (url: string) => `<a href="${url}confirm?token=0123456789">Confirm your address</a>`

describe('the mail that confirms', () => {
  it.each([
    ['before', (url: string) => ['<h1>Welcome!</h1>', link(url)]],
    ['after', (url: string) => [link(url), '<h1>Welcome!</h1>']],
  ])('is found though the site greets %s it', async (_, mails) => {
    const answer = () => ({ html: page('<h1>Your account was activated. Welcome!</h1>') })
    expect(await signUp({ mails, answer })).toMatchObject({
      outcome: 'success',
      reason: 'The link of the mail was followed; the page says: Your account was activated. Welcome!',
    })
  })
})

describe('the page that its link leads to', () => {
  it.each([
    ['refuses in plain text', '<p>This link has expired.</p>', /This link has expired/],
    [
      'refuses once its app has asked',
      `<main aria-busy="true">Verifying…</main><script>fetch('/ask').then(async (answer) => {
        const main = document.querySelector('main'); main.textContent = await answer.text(); main.ariaBusy = 'false' })</script>`,
      /Invalid token/,
    ],
  ])('%s', async (_, html, reason) => {
    const answer = (path: string): Answer =>
      path === '/ask' ? { headers: { 'content-type': 'text/plain' }, body: 'Invalid token.' } : { html: page(html) }
    expect(await signUp({ mails: (url) => [link(url)], answer })).toMatchObject({
      outcome: 'confirmation_failed',
      reason: expect.stringMatching(reason),
    })
  })

  it('may say nothing', async () => {
    expect(await signUp({ mails: (url) => [link(url)], answer: () => ({ html: page('<p>Home</p>') }) })).toMatchObject({
      outcome: 'success',
      reason: 'The link of the mail was followed.',
    })
  })
})
