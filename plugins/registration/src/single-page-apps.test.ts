import { describe, expect, it } from 'vitest'
import { page } from './testing/form-server.ts'
import { submitTo } from './testing/submit-to.ts'
import { useBrowser } from './testing/use-browser.ts'

const browser = useBrowser()
const submit = (site: Parameters<typeof submitTo>[1]) => submitTo(browser(), site)

/** An app that draws itself, asks for `fields` with `$`, and sends what was entered with `send`. */
const app = (script: string) => `<div id="root"></div><script>
  const root = document.getElementById('root')
  const $ = (selector) => root.querySelector(selector)
  const send = async (more = {}) => {
    const values = [...root.querySelectorAll('input')].map((input, at) => [at, input.type === 'checkbox' ? input.checked : input.value])
    await fetch('/api', { method: 'POST', body: new URLSearchParams({ ...Object.fromEntries(values), ...more }) })
    root.innerHTML = '<nav>Home</nav>'
  }
  ${script}</script>`

const email = expect.stringMatching(/@example\.com$/)
const name = expect.stringMatching(/^\p{Lu}/u)
const password = expect.stringMatching(/^.{10,}$/)

describe('single-page apps without names', () => {
  it.each<[what: string, script: string, sent: Record<string, unknown>]>([
    [
      'fields that say nothing, found by their position, and a link for a button',
      `setTimeout(() => {
        root.innerHTML = '<h2>Sign up</h2><div><input><input><input type="email"><input type="password"></div><a href="#">Continue</a>'
        $('a').onclick = () => send()
      }, 150)`,
      { 0: name, 1: name, 2: email, 3: password },
    ],
    [
      'text in boxes above its fields',
      `root.innerHTML = ['Password', 'Email address', 'Full name'].map((text) => '<div><div>' + text + '</div><div><span><input></span></div></div>').join('') + '<div role="button" tabindex="0">Create account</div>'
        $('input').type = 'password'; $('[role=button]').onclick = () => send()`,
      { 0: password, 1: email, 2: expect.stringContaining(' ') },
    ],
    [
      'text below its fields',
      `root.innerHTML = ['Name', 'E-mail', 'Password'].map((text) => '<div><input><span>' + text + '</span></div>').join('') + '<button>Register</button>'
        root.querySelectorAll('input')[2].type = 'password'; $('button').onclick = () => send()`,
      { 0: expect.stringContaining(' '), 1: email, 2: password },
    ],
    [
      'an example in place of a label, and a box that no label belongs to',
      `root.innerHTML = '<h2>Sign up</h2><input placeholder="name@company.com"><input type="password"><div><input type="checkbox"><p>I have read the <a href="/tos">terms</a></p></div><button type="button">Create</button>'
        $('button').onclick = () => { if ($('[type=checkbox]').checked) send() }`,
      { 0: email, 1: password, 2: 'true' },
    ],
    [
      'a box and a list by their roles alone',
      `root.innerHTML = '<style>[role=checkbox]{display:inline-block;width:16px;height:16px}</style><h2>Join us</h2><input aria-label="Email"><input aria-label="Password" type="password"><div id="l">Country *</div><div role="combobox" aria-labelledby="l">Select…</div><ul hidden><li role="option">Germany</li><li role="option">United States</li></ul><div><span role="checkbox" aria-checked="false"></span><span>I agree to the terms</span></div><button disabled>Continue</button>'
        const check = () => { $('button').disabled = $('[role=checkbox]').ariaChecked !== 'true' || $('[role=combobox]').textContent === 'Select…' }
        $('[role=checkbox]').onclick = () => { $('[role=checkbox]').ariaChecked = 'true'; check() }
        $('[role=combobox]').onclick = () => { $('ul').hidden = false }
        $('ul').onclick = (event) => { $('[role=combobox]').textContent = event.target.textContent; $('ul').hidden = true; check() }
        $('button').onclick = () => send({ country: $('[role=combobox]').textContent })`,
      { 0: email, 1: password, country: 'United States' },
    ],
    [
      'a list to type in',
      `root.innerHTML = '<h2>Sign up</h2><label>Email<input></label><label>Password<input type="password"></label><label for="c">Country *</label><div><b></b><input id="c" role="combobox"></div><div hidden><p role="option">Germany</p><p role="option">United States</p></div><button type="button">Create account</button>'
        $('#c').onmousedown = () => { $('div[hidden]').hidden = false }
        root.querySelectorAll('[role=option]').forEach((option) => { option.onclick = () => { $('b').textContent = option.textContent } })
        $('button').onclick = () => { if ($('b').textContent !== '') send({ country: $('b').textContent }) }`,
      { 0: email, 1: password, country: 'United States' },
    ],
    [
      'a tab in front of the log-in, and text that can be pressed',
      `root.innerHTML = '<div role="tab">Log in</div><div role="tab">Register</div><div class="b"><input placeholder="Email"><input type="password"><button>Log in</button></div>'
        root.querySelectorAll('[role=tab]')[1].onclick = () => {
          $('.b').innerHTML = '<input placeholder="Email"><input type="password" placeholder="Password"><input type="password" placeholder="Repeat password"><span style="cursor:pointer">Register now</span>'
          $('span').onclick = () => send()
        }`,
      { 0: email, 1: password, 2: password },
    ],
    [
      'a dialog beside a newsletter',
      `root.innerHTML = '<button>Get started</button><main><input placeholder="Your email for our newsletter"><button>Subscribe</button></main>'
        $('button').onclick = () => {
          root.innerHTML += '<div role="dialog"><h2>Create an account</h2><input placeholder="Email"><input type="password" placeholder="Password"><button class="go">Sign up</button></div>'
          $('.go').onclick = () => send()
        }`,
      { 0: '', 1: email, 2: password },
    ],
    [
      'rules for the password below it, and an answer by roles',
      `root.innerHTML = '<h2>Create account</h2><input placeholder="Email"><div><input type="password" placeholder="Password"></div><ul><li>At least 10 characters</li><li>No special characters</li></ul><div role="radiogroup" aria-label="Account *"><p role="radio" aria-checked="false">Personal</p><p role="radio" aria-checked="false">Business</p></div><button type="button">Next</button>'
        $('[role=radiogroup]').onclick = (event) => { event.target.ariaChecked = 'true' }
        $('button').onclick = () => { if (/^[A-Za-z0-9]{10,}$/.test($('[type=password]').value) && $('[aria-checked=true]')) send() }`,
      { 0: email, 1: password },
    ],
    [
      'two steps',
      `root.innerHTML = '<h2>Get started</h2><input placeholder="you@work.com"><button>Continue</button>'
        $('button').onclick = () => {
          const first = $('input').value
          root.innerHTML = '<h2>Almost there</h2><input placeholder="First name"><input type="password" placeholder="Password"><button>Create account</button>'
          $('button').onclick = () => send({ first })
        }`,
      { 0: name, 1: password, first: email },
    ],
  ])('%s', async (_, script, expected) => {
    const { submission, sent } = await submit(app(script))
    expect(submission).toMatchObject({ outcome: 'success', reason: expect.stringContaining('The form is gone') })
    expect(sent).toMatchObject(expected)
  })

  it('is told from the log-in that comes in its place', async () => {
    const { submission } = await submit(
      app(`root.innerHTML = '<form><h1>Sign up</h1><input placeholder="Email"><input type="password" placeholder="Password"><button>Sign up</button></form>'
        $('form').onsubmit = async (event) => {
          event.preventDefault(); await send()
          root.innerHTML = '<form><h1>Sign in</h1><input placeholder="Email"><input type="password" placeholder="Password"><button>Sign in</button></form>'
        }`),
    )
    expect(submission).toMatchObject({ outcome: 'success', reason: expect.stringContaining('The form is gone') })
  })
})

describe('scripts', () => {
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

  it('fills in what slides into sight, and nothing before', async () => {
    const slides = [
      '<label>First name <input name="first" required></label><button type="button">Next</button>',
      '<label>Email <input name="email" type="email" required></label><button type="button">Next</button>',
      '<label>Password <input name="pw" type="password" required></label><button>Create account</button>',
    ]
    const { submission, sent } = await submit(`<h1>Create your account</h1>
      <style>#c { width: 400px; overflow: hidden } #t { display: flex; width: 1200px; transition: transform .1s } #t > div { width: 400px; flex: none }</style>
      <form method="post"><input type="hidden" name="early" value="">
        <div id="c"><div id="t">${slides.map((slide) => `<div>${slide}</div>`).join('')}</div></div></form>
      <script>let at = 0
        c.onscroll = () => { document.forms[0].early.value = 'scrolled' }
        document.querySelectorAll('button[type=button]').forEach((b) => { b.onclick = () => { t.style.transform = 'translateX(' + -400 * ++at + 'px)' } })</script>`)
    expect(submission.outcome).toBe('success')
    expect(sent).toMatchObject({ early: '', first: submission.identity.firstName, email, pw: password })
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
