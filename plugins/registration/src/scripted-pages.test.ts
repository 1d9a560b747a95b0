import { describe, expect, it } from 'vitest'
import type { RegistrationConfigInput, Submission } from './index.ts'
import { page, serveForms } from './testing/form-server.ts'
import { type Site, submitTo } from './testing/submit-to.ts'
import { useBrowser } from './testing/use-browser.ts'

const browser = useBrowser()

const submit = (site: string | Site, config: Partial<RegistrationConfigInput> = {}) => submitTo(browser(), site, config)

describe('single-page apps', () => {
  const app = (script: string) =>
    `<div id="root"></div><script>const root = document.getElementById('root');${script}</script>`

  it('finds fields that say nothing, by their position', async () => {
    const { submission, sent } = await submit(
      app(`setTimeout(() => {
        root.innerHTML = '<h2>Sign up</h2><div><input><input><input type="email"><input type="password"></div><button>Create account</button>'
        root.querySelector('button').onclick = async () => {
          const [firstName, lastName, email, password] = [...root.querySelectorAll('input')].map((i) => i.value)
          await fetch('/api', { method: 'POST', body: new URLSearchParams({ firstName, lastName, email, password }) })
          root.innerHTML = '<p>You are in.</p>'
        }
      }, 150)`),
    )
    expect(submission).toMatchObject({ outcome: 'success', reason: expect.stringContaining('The form is gone') })
    expect(sent).toMatchObject(submission.identity)
    expect(submission.matched.slice(0, 2).map(({ evidence }) => evidence)).toEqual(['position', 'position'])
  })

  it('fills again what a late script has wiped', async () => {
    const { submission } = await submit(
      app(`const draw = () => { root.innerHTML = '<form method="post"><label>First name <input name="first"></label><label>Email <input name="email" type="email"></label><button>Join</button></form>' }
        draw(); root.addEventListener('input', () => setTimeout(draw), { once: true })`),
    )
    expect(submission.outcome).toBe('success')
  })

  it('goes through steps that the page keeps to itself', async () => {
    const { submission, sent, sends } = await submit(`<h1>Create your account</h1><form method="post">
      <div class="s"><label>First name <input name="first" required></label><button type="button">Next</button></div>
      <div class="s" hidden><label>Email <input name="email" type="email" required></label><button type="button">Next</button></div>
      <div class="s" hidden><label>Password <input name="pw" type="password" required></label><button>Create account</button></div></form>
      <script>const steps = [...document.querySelectorAll('.s')]
        steps.forEach((s, i) => { s.querySelector('button').onclick = (e) => { if (i < 2) { s.hidden = true; steps[i + 1].hidden = false } } })</script>`)
    expect(submission.outcome).toBe('success')
    expect(sent).toMatchObject({ first: submission.identity.firstName, email: submission.identity.email })
    expect(sends).toBe(1)
  })

  it('reads a message that comes back without a new page', async () => {
    const { submission } = await submit((path, form) =>
      form === undefined && path === '/'
        ? {
            html: page(`<form><label>Email <input type="email" name="email"></label><button>Sign up</button><p id="m"></p></form>
              <script>document.forms[0].onsubmit = async (e) => { e.preventDefault()
                const a = await fetch('/api', { method: 'POST', body: new URLSearchParams(new FormData(e.target)) })
                m.className = 'error'; m.textContent = (await a.json()).message }</script>`),
          }
        : { status: 409, html: '{"message":"That address is already registered."}' },
    )
    expect(submission).toMatchObject({
      outcome: 'rejected',
      reason: 'The site says: That address is already registered.',
    })
  })
})

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
