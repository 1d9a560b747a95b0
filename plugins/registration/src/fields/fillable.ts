import type { ControlDescription } from './control.ts'
import { explicitKinds } from './evidence.ts'
import { bareLabel, spaced } from './text.ts'
import { trap } from './vocabulary.ts'

/** Types that no identity fills: they hold the site's own state, or a person's file. */
const ignored: ReadonlySet<string> = new Set([
  'hidden',
  'submit',
  'button',
  'image',
  'reset',
  'file',
  'search',
  'range',
  'color',
])

/** Whether a person could fill it, and it is not a trap for those who fill everything. */
export function fillable(control: ControlDescription): boolean {
  if (control.explicit.some((key) => key in explicitKinds)) return true
  if (control.tag === 'button' || ignored.has(control.type)) return false
  // What nobody may type may still be taken from its list.
  const open = !control.disabled && (!control.readOnly || control.type === 'combobox')
  return control.visible && open && !isTrap(control)
}

/** A honeypot: hidden from people, or one that says so of itself. */
export function isTrap(control: ControlDescription): boolean {
  if (!control.visible) return true
  if (control.ariaHidden && control.tabIndex < 0) return true
  return [
    spaced(control.name),
    spaced(control.id),
    bareLabel(control.label),
    bareLabel(control.hint),
    bareLabel(control.placeholder),
  ].some((text) => trap.test(text))
}
