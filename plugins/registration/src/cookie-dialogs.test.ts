import { describe, expect, it } from 'vitest'
import { page, serveForms } from './testing/form-server.ts'
import { submitTo } from './testing/submit-to.ts'
import { useBrowser } from './testing/use-browser.ts'

const browser = useBrowser()

const form =
  '<form method="post"><input type="hidden" name="cookies"><label>Email <input name="email" type="email"></label><button>Sign up</button></form>'

/** The markup of a consent manager, with labels that say nothing; to refuse takes two steps. */
const managed = `${form}<div id="cookiescript_injected" style="position:fixed;inset:0;background:#fff">This site keeps cookies.
  <button id="cookiescript_accept">Foo</button><button id="cookiescript_manage">Bar</button>
  <div class="cookiescript_fsd_main" style="display:none">Details <button id="cookiescript_reject">Baz</button></div></div>
  <script>const on = (id, work) => { document.getElementById('cookiescript_' + id).onclick = work }
  const done = (answer) => { document.forms[0].cookies.value = answer; document.getElementById('cookiescript_injected').remove() }
  on('accept', () => done('accepted')); on('reject', () => done('rejected'))
  on('manage', () => { document.querySelector('.cookiescript_fsd_main').style.display = 'block' })</script>`

describe('cookie dialogs', () => {
  it.each([
    ['accept', 'accepted'],
    ['reject', 'rejected'],
    ['ignore', ''],
  ] as const)('of a known consent manager: %s', async (cookies, answer) => {
    const { submission, sent } = await submitTo(browser(), managed, { cookies })
    expect(submission.outcome).toBe('success')
    expect(sent.cookies).toBe(answer)
  })

  it('that were written by hand are told by their words', async () => {
    const body = `${form}<div class="cookie-bar" style="position:fixed;bottom:0">We use cookies.
      <button onclick="document.forms[0].cookies.value = 'accepted'; this.parentNode.remove()">Accept all</button></div>`
    expect((await submitTo(browser(), body)).sent.cookies).toBe('accepted')
  })

  it('are answered in a frame of another origin', async () => {
    const answered = "parent.postMessage('accepted', '*')"
    await using foreign = await serveForms(() => ({
      html: page(`<p>We use cookies.</p><button onclick="${answered}">Accept all</button>`),
    }))
    const body = `${form}<iframe src="${foreign.url}" style="position:fixed;inset:0;width:100%;height:100%;background:#fff"></iframe>
      <script>onmessage = ({ data }) => { document.forms[0].cookies.value = data; document.querySelector('iframe').remove() }</script>`
    const { submission, sent } = await submitTo(browser(), body)
    expect(submission.outcome).toBe('success')
    expect(sent.cookies).toBe('accepted')
  })

  it('keep nobody from a form that something else lies over', async () => {
    const body = `${form}<header style="position:fixed;top:0;width:100%">Shop</header>
      <div style="position:fixed;bottom:0;width:100%;height:60px">Our privacy choices <iframe srcdoc="Chat"></iframe></div>`
    expect((await submitTo(browser(), body)).submission.outcome).toBe('success')
  })

  it('are not asked by a page that pretends to be the helper', async () => {
    const body = `${form}<script>globalThis.refbotConsentMessage = globalThis.autoconsentReceiveMessage = () => { document.title = 'called' }</script>
      <div class="cookie" style="position:fixed;inset:auto 0 0 0">cookies <b>?</b></div>`
    expect((await submitTo(browser(), body)).submission.outcome).toBe('success')
  })
})
