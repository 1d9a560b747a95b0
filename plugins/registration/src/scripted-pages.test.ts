import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { RegistrationConfigInput, Submission } from './index.ts'
import { page, serveForms } from './testing/form-server.ts'
import { selfSigned } from './testing/self-signed.ts'
import { type Site, submitTo } from './testing/submit-to.ts'
import { useBrowser } from './testing/use-browser.ts'

const browser = useBrowser()

const submit = (site: string | Site, config: Partial<RegistrationConfigInput> = {}) => submitTo(browser(), site, config)

describe('frames', () => {
  it('fills a form in a frame of the same site', async () => {
    const { submission, sent } = await submit((path, form) => {
      if (form !== undefined) return { html: page('<p>Thank you for registering.</p>') }
      return path === '/'
        ? { html: page('<h1>Welcome page</h1><iframe src="/inner" width="600" height="400"></iframe>') }
        : {
            html: page(
              '<form method="post"><label>First name <input name="first"></label><label>Email <input name="email"></label><button>Sign up</button></form>',
            ),
          }
    })
    expect(submission).toMatchObject({ outcome: 'success', reason: 'The page says: Thank you for registering.' })
    expect(sent.email).toBe(submission.identity.email)
  })
})

describe.concurrent('pages that misbehave', () => {
  const form =
    '<form method="post"><label>Email <input name="email" type="email"></label><button>Sign up</button></form>'

  it.each<[what: string, site: Site, outcome: Submission['outcome']]>([
    ['never answers', () => 'never', 'timeout'],
    ['is not there', () => ({ status: 404, html: 'Not found' }), 'page_missing'],
    ['redirects for ever', () => ({ redirect: '/' }), 'unreachable'],
    [
      'is a download',
      () => ({
        headers: { 'content-disposition': 'attachment; filename=a.bin', 'content-type': 'application/octet-stream' },
        body: 'x',
      }),
      'page_failed',
    ],
    [
      'hangs in a loop',
      () => ({ html: page(`${form}<script>setTimeout(() => { for (;;); }, 50)</script>`) }),
      'timeout',
    ],
  ])('%s', async (_what, site, outcome) => {
    const started = Date.now()
    // A slow machine must not time out what has another outcome.
    const timeoutMs = outcome === 'timeout' ? 3000 : 30_000
    const { submission } = await submit(site, { timeoutMs })
    expect(submission.outcome).toBe(outcome)
    expect(Date.now() - started).toBeLessThan(timeoutMs + 9000)
  })

  it('answers the submit never', async () => {
    // Time enough to send it on any machine.
    const { submission } = await submit((_, sent) => (sent === undefined ? { html: page(form) } : 'never'), {
      timeoutMs: 12_000,
    })
    expect(submission.outcome).toBe('unknown_fate')
  })

  const answer = () => ({ html: page(form) })
  const submitAt = async (url: string) => (await submit(answer, { url, traces: 'never' })).submission

  it('is at an address where nobody listens', async () => {
    const server = await serveForms(answer)
    await server[Symbol.asyncDispose]()
    expect(await submitAt(server.url)).toMatchObject({
      outcome: 'unreachable',
      reason: expect.stringContaining('ERR_CONNECTION_REFUSED'),
    })
  })

  it('is at an address that speaks no TLS', async () => {
    await using server = await serveForms(answer)
    expect(await submitAt(server.url.replace('http:', 'https:'))).toMatchObject({
      outcome: 'tls_failed',
      reason: expect.stringContaining('does not speak TLS'),
    })
  })

  it('has a certificate that nobody vouches for', async () => {
    const server = createServer(selfSigned, (_, response) => response.end(page(form))).listen(0, '127.0.0.1')
    await once(server, 'listening')
    await using _ = { [Symbol.asyncDispose]: async () => void server.close() }
    const { port } = server.address() as AddressInfo
    expect(await submitAt(`https://127.0.0.1:${port}/`)).toMatchObject({
      outcome: 'tls_failed',
      reason: expect.stringMatching(/^Nobody who is trusted vouches for the certificate/),
    })
  })

  it('never settles, and is filled in all the same', async () => {
    const restless = `<script>setInterval(() => { fetch('/poll'); document.title = Math.random() }, 20)</script>`
    const { submission } = await submit((path, sent) =>
      path === '/' && sent === undefined
        ? { html: page(form + restless) }
        : sent === undefined
          ? { html: '' }
          : { html: page('<p>Thank you</p>') },
    )
    expect(submission).toMatchObject({ outcome: 'success', reason: 'The page says: Thank you' })
  })

  it('is busy for long when its button is pressed, which is done once', async () => {
    const busy = 'const began = Date.now(); while (Date.now() - began < 3000);'
    const { submission, sends } = await submit(form.replace('<button>', `<button onclick="${busy}">`))
    expect(submission.outcome).toBe('success')
    expect(sends).toBe(1)
  })

  it('shows boxes without end', async () => {
    const { submission } = await submit(`${form}<script>setInterval(() => alert('Hello'), 10)</script>`)
    expect(submission.outcome).toBe('success')
  })
})
