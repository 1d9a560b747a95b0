import { describe, expect, it } from 'vitest'
import type { PlannedField } from '../fields/plan.ts'
import { useBrowser } from '../testing/use-browser.ts'
import { describeFrame } from './form-page.ts'
import { isTypedInto, typeInto } from './type-into.ts'

const browser = useBrowser()

interface Heard {
  readonly name: string
  readonly type: string
  readonly value: string
  readonly trusted: boolean
}

/** Fields in the order of the page; what is heard of them is kept by the page. */
async function openForm(body: string) {
  const context = await browser().newContext()
  const page = await context.newPage()
  await page.setContent(`<form>${body}<button>Go</button></form><script>
    heard = []
    for (const type of ['focus', 'input', 'change', 'blur'])
      document.addEventListener(type, ({ target, isTrusted }) =>
        heard.push({ name: target.name ?? '', type, value: target.value ?? '', trusted: isTrusted }), true)
  </script>`)
  const described = await describeFrame(page.mainFrame())
  const controls = described.description.controls.filter(({ tag }) => tag !== 'button')
  return {
    page,
    /** How many of the values were taken. */
    type: (...values: readonly string[]) =>
      typeInto(
        described,
        values.map((value, at) => ({ control: controls[at], action: { do: 'fill', value } }) as PlannedField),
      ),
    values: () => page.$$eval('input, select', (all) => all.map((each) => (each as HTMLInputElement).value)),
    heard: () => page.evaluate('heard') as Promise<readonly Heard[]>,
    [Symbol.asyncDispose]: () => context.close(),
  }
}

describe('typing into a form', () => {
  it('tells its scripts what typing tells them', async () => {
    await using form = await openForm('<input name="a" value="old"><input name="b" type="password">')
    expect(await form.type('Ada', 'secret <1>')).toBe(2)
    expect(await form.values()).toEqual(['Ada', 'secret <1>'])
    const of = (name: string, type: string, value: string) => ({ name, type, value, trusted: true })
    expect(await form.heard()).toEqual([
      of('a', 'focus', 'old'),
      of('a', 'input', 'Ada'),
      of('a', 'change', 'Ada'),
      of('a', 'blur', 'Ada'),
      of('b', 'focus', ''),
      of('b', 'input', 'secret <1>'),
    ])
  })

  it('selects from lists, and says so', async () => {
    await using form = await openForm(
      '<select name="s"><option value="">-</option><option value="US">US</option></select>',
    )
    expect(await form.type('US')).toBe(1)
    expect(await form.values()).toEqual(['US'])
    expect((await form.heard()).map(({ type, value }) => `${type} ${value}`)).toEqual([
      'focus ',
      'input US',
      'change US',
    ])
  })

  it('keeps to the length that a field has', async () => {
    await using form = await openForm('<input maxlength="3">')
    await form.type('abcdef')
    expect(await form.values()).toEqual(['abc'])
  })

  it.each([
    ['that cannot be written to', '<input><input readonly>'],
    ['that is disabled', '<input><input disabled>'],
    ['that does not show', '<input><input style="visibility: hidden">'],
    ['that gives its focus away', '<input id="first"><input onfocus="first.focus()">'],
    ['without such an option', '<input><select><option value="other">Other</option></select>'],
    [
      'whose option is disabled',
      '<input><select><option value="">-</option><option value="two" disabled>Two</option></select>',
    ],
  ])('stops before a field %s', async (_, body) => {
    await using form = await openForm(body)
    expect(await form.type('one', 'two')).toBe(1)
    expect((await form.values())[0]).toBe('one')
    expect((await form.values())[1]).not.toBe('two')
  })

  it('says that a field is not there any more where a script has drawn the form again', async () => {
    await using form = await openForm('<input oninput="this.form.innerHTML = this.form.innerHTML"><input>')
    await expect(form.type('one', 'two')).rejects.toThrow(/not attached/)
  })
})

it.each([
  ['a line of text', 'fill', 'email', true],
  ['an option', 'select', 'select-one', true],
  ['a day', 'fill', 'date', false],
  ['a text of several lines', 'fill', 'textarea', false],
  ['a box', 'check', 'checkbox', false],
])('%s: typed into in the page', (_, action, type, expected) => {
  expect(isTypedInto({ action: { do: action, value: '' }, control: { type } } as unknown as PlannedField)).toBe(
    expected,
  )
})
