import { describe, expect, it } from 'vitest'
import { page } from './testing/form-server.ts'
import { submitTo } from './testing/submit-to.ts'
import { useBrowser } from './testing/use-browser.ts'

const browser = useBrowser()

const form = page(
  '<form method="post"><label>Email <input name="email" type="email"></label><button>Create account</button></form>',
)
const link = '<a href="/about">About</a> <a href="/join">Sign up</a>'

describe('the way to the form in a menu that is not open', () => {
  it.each([
    [
      'a button that says what it shows',
      `<header><button aria-expanded="false" aria-controls="m" onclick="this.ariaExpanded = 'true'; m.hidden = false"></button></header>
       <nav id="m" hidden>${link}</nav>`,
    ],
    ['details', `<details><summary>More</summary>${link}</details>`],
    [
      'a button that is told by its class alone, and a menu that fades in',
      `<style>nav { opacity: 0; visibility: hidden; transition: opacity .2s, visibility .2s } .open nav { opacity: 1; visibility: visible }</style>
       <header><div class="hamburger" onclick="this.parentNode.classList.toggle('open')"><i style="display:block;width:20px;height:20px"></i></div>
       <nav>${link}</nav></header>`,
    ],
    [
      'a menu within a menu',
      `<button aria-expanded="false" onclick="this.ariaExpanded = 'true'; m.hidden = false">Menu</button>
       <nav id="m" hidden><button aria-expanded="false" aria-controls="a" onclick="this.ariaExpanded = 'true'; a.hidden = false">Account</button>
       <ul id="a" hidden><li>${link}</li></ul></nav>`,
    ],
  ])('%s', async (_, menu) => {
    const visited: string[] = []
    const { submission, sends } = await submitTo(browser(), (path, sent) => {
      visited.push(path)
      if (sent !== undefined) return undefined
      return { html: path === '/join' ? form : page(`${menu}<main><h1>A shop</h1></main>`) }
    })
    expect(submission.outcome).toBe('success')
    expect(visited).not.toContain('/about')
    expect(sends).toBe(1)
  })

  it('is not looked for where nothing leads to a form', async () => {
    const { submission } = await submitTo(
      browser(),
      `<button aria-expanded="false" onclick="location = '/pressed'">Menu</button><nav hidden><a href="/about">About</a></nav>`,
    )
    expect(submission).toMatchObject({ outcome: 'no_form' })
  })
})

it('finds a form behind more links than a shop has', async () => {
  const links = Array.from({ length: 600 }, (_, at) => `<a href="/shelf/${at}">Shelf ${at}</a>`).join(' ')
  const { submission } = await submitTo(
    browser(),
    `<nav>${links}</nav><form method="post"><label>Email <input name="email" type="email"></label><button>Create account</button></form>`,
  )
  expect(submission.outcome).toBe('success')
})
