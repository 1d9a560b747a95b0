import type { ControlDescription, PageDescription } from './control.ts'
import { newHere, notSubmit, other, signUp } from './form-words.ts'
import { bareLabel, spaced } from './text.ts'

/** A link or button that leads to the form, where the page shows none yet. */
export function chooseOpener(page: PageDescription): ControlDescription | undefined {
  const fitting = leading(page).filter(({ visible }) => visible)
  return fitting.find(({ type }) => type === 'link') ?? fitting[0]
}

/** What opens the menu in which the way to the form is hidden; those that are pressed already did not help. */
export function chooseToggle(page: PageDescription, isPressed: (control: ControlDescription) => boolean) {
  const hidden = leading(page).filter(({ visible }) => !visible)
  const [first] = hidden
  if (first === undefined) return undefined
  const toggles = page.controls.filter((control) => control.visible && control.toggle && !isPressed(control))
  const named = new Set(hidden.flatMap(({ toggledBy }) => toggledBy))
  return (
    toggles.find(({ index }) => named.has(index)) ??
    toggles.find(({ form }) => form === first.form && form !== -1) ??
    toggles.find(isMenu)
  )
}

/** Those that lead to a form where a new user signs up, what is a newsletter's last; hidden ones too. */
function leading(page: PageDescription): readonly ControlDescription[] {
  const here = page.url.split('#')[0]
  const fitting = page.controls.filter(({ tag, type, label, value }) => {
    const words = bareLabel(label)
    const leads = type !== 'link' || isScript(value) || (value.split('#')[0] !== here && sameOrigin(value, page.url))
    return (
      tag === 'button' &&
      leads &&
      words.length <= 60 &&
      (signUp.test(words) || newHere.test(words)) &&
      !notSubmit.test(words)
    )
  })
  const isOther = ({ label }: ControlDescription) => other.test(bareLabel(label))
  return [...fitting.filter((control) => !isOther(control)), ...fitting.filter(isOther)]
}

function isMenu({ label, name, id }: ControlDescription): boolean {
  return label === '' || /^[☰≡⋮]|menu|navigation|burger/.test([bareLabel(label), spaced(name), spaced(id)].join(' '))
}

/** A link that only runs a script. */
export function isScript(address: string): boolean {
  return address.endsWith('#') || address.startsWith('javascript:')
}

function sameOrigin(one: string, other: string): boolean {
  return URL.parse(one)?.origin === URL.parse(other)?.origin
}
