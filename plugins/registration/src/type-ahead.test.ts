import { describe, expect, it } from 'vitest'
import type { Answer } from './testing/form-server.ts'
import { page } from './testing/form-server.ts'
import { submitTo } from './testing/submit-to.ts'
import { useBrowser } from './testing/use-browser.ts'

const browser = useBrowser()

const places = ['Germany', 'United Kingdom', 'United States', 'Uruguay']

/** A site that is asked for places by what they contain. */
function site(body: string, known: readonly string[] = places) {
  return (path: string, sent: URLSearchParams | undefined): Answer => {
    if (sent !== undefined) return undefined
    const asked = URL.parse(path, 'http://localhost')?.searchParams.get('q')
    if (asked == null) return { html: page(body) }
    const found = known.filter((place) => place.toLowerCase().includes(asked.toLowerCase()))
    return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(found) }
  }
}

const form = (field: string, script: string) => `<form method="post">
  <label>Email <input name="email" type="email" required></label>${field}<button>Sign up</button></form>
  <script>
    const input = document.forms[0].elements.place
    const ask = async () => (await fetch('/places?q=' + encodeURIComponent(input.value))).json()
    ${script}
  </script>`

/** Only what is taken from the list counts. */
const combobox = (label: string) =>
  form(
    `<label for="p">${label} *</label><input id="p" name="place" role="combobox" aria-controls="list" autocomplete="off">
     <input type="hidden" name="taken"><ul id="list" role="listbox"></ul>`,
    `input.oninput = async () => {
       document.forms[0].taken.value = ''
       const found = input.value === '' ? [] : await ask()
       list.innerHTML = found.map((place) => '<li role="option">' + place + '</li>').join('')
     }
     list.onclick = ({ target }) => { input.value = document.forms[0].taken.value = target.textContent; list.innerHTML = '' }`,
  )

describe('fields that show their list once something is typed', () => {
  it('take what was typed from the list', async () => {
    const { submission, sent } = await submitTo(browser(), site(combobox('Country')))
    expect(submission.outcome).toBe('success')
    expect(sent).toMatchObject({ place: 'United States', taken: 'United States' })
  })

  it('take what begins as it was typed', async () => {
    const cities = ['Austin, TX', 'Boston, MA', 'Denver, CO', 'Sacramento, CA', 'Seattle, WA']
    const { sent } = await submitTo(browser(), site(combobox('City'), cities))
    expect(cities).toContain(sent.taken)
  })

  it('take it though the list is drawn again under their hand', async () => {
    const restless = combobox('Country').replace(
      '</script>',
      `new MutationObserver(([{ target }], observer) => {
         observer.disconnect()
         let times = 0
         const timer = setInterval(() => { list.innerHTML = list.innerHTML; if (++times === 20) clearInterval(timer) }, 15)
       }).observe(list, { childList: true })</script>`,
    )
    const { sent } = await submitTo(browser(), site(restless))
    expect(sent.taken).toBe('United States')
  })

  it('are asked for less where they know nothing by the whole of it', async () => {
    const { sent } = await submitTo(browser(), site(combobox('Country'), ['Germany', 'Unity']))
    expect(sent.taken).toBe('Unity')
  })

  it('keep what was typed where nothing is suggested', async () => {
    const { sent } = await submitTo(browser(), site(combobox('Country'), []))
    expect(sent).toMatchObject({ place: 'United States', taken: '' })
  })

  it('may have a list that the browser draws', async () => {
    const body = form(
      '<label>Country * <input name="place" list="known"></label><datalist id="known"></datalist>',
      `input.oninput = async () => {
         known.innerHTML = (await ask()).map((place) => '<option value="' + place.slice(0, 2).toUpperCase() + '">' + place + '</option>').join('')
       }`,
    )
    const { sent } = await submitTo(browser(), site(body, ['United States']))
    expect(sent.place).toBe('UN')
  })

  it('may have one that is there already', async () => {
    const body = form(
      `<label>Country * <input name="place" list="known"></label>
       <datalist id="known">${places.map((place) => `<option>${place}</option>`).join('')}</datalist>`,
      '',
    )
    expect((await submitTo(browser(), body)).sent.place).toBe('United States')
  })
})

it('finds the list of a field in a shadow root', async () => {
  const { sent } = await submitTo(
    browser(),
    `<form method="post"><label>Email <input name="email" type="email" required></label><input type="hidden" name="place">
     <my-list></my-list><button>Sign up</button></form>
     <script>customElements.define('my-list', class extends HTMLElement {
       connectedCallback() {
         const root = this.attachShadow({ mode: 'open' })
         root.innerHTML = '<label for="p">Country *</label><input id="p" role="combobox" readonly><div hidden><p role="option">Germany</p><p role="option">United States</p></div>'
         const list = root.querySelector('div')
         root.querySelector('input').onclick = () => { list.hidden = false }
         list.onclick = ({ target }) => { document.forms[0].place.value = root.querySelector('input').value = target.textContent; list.hidden = true }
       }
     })</script>`,
  )
  expect(sent.place).toBe('United States')
})
