import { describe, expect, it } from 'vitest'
import type { RegistrationConfigInput, Submission } from './index.ts'
import { page, serveForms } from './testing/form-server.ts'
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
    ['answers the submit never', (_, sent) => (sent === undefined ? { html: page(form) } : 'never'), 'unknown_fate'],
  ])('%s', async (_what, site, outcome) => {
    const started = Date.now()
    const { submission } = await submit(site, { timeoutMs: 6000 })
    expect(submission.outcome).toBe(outcome)
    expect(Date.now() - started).toBeLessThan(15_000)
  })

  it.each([
    ['where nobody listens', (url: string) => url],
    ['that speaks no TLS', (url: string) => url.replace('http:', 'https:')],
  ])('is at an address %s', async (_, change) => {
    const answer = () => ({ html: page(form) })
    const server = await serveForms(answer)
    const url = change(server.url)
    if (url === server.url) await server[Symbol.asyncDispose]()
    const { submission } = await submit(answer, { url, timeoutMs: 6000, traces: 'never' })
    expect(submission).toMatchObject({ outcome: 'unreachable', reason: expect.stringContaining('ERR_') })
    if (url !== server.url) await server[Symbol.asyncDispose]()
  })

  it('shows boxes without end', async () => {
    const { submission } = await submit(`${form}<script>setInterval(() => alert('Hello'), 10)</script>`)
    expect(submission.outcome).toBe('success')
  })
})
