/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { ControlDescription, ControlOption, FormDescription, PageDescription } from '../fields/control.ts'
import { inPage } from './in-page.ts'
import { sightTools } from './sight.ts'
import { wordingTools } from './wording.ts'

export interface DescribeOptions {
  /** Elements that configured selectors lead to, by the selector's key. */
  readonly explicit: Readonly<Record<string, Element>>
  /** Configured selectors in CSS, by their keys. */
  readonly selectors: Readonly<Record<string, string>>
  /** Also what is no control by its markup, and can be pressed all the same. */
  readonly loose: boolean
}

export interface Described {
  /** A `PageDescription` as JSON: as text it crosses to Node several times faster than as an object. */
  readonly json: string
  readonly elements: readonly Element[]
}

interface Tools {
  readonly sight: ReturnType<typeof sightTools>
  readonly wording: ReturnType<typeof wordingTools>
}

/** Describes the form controls of a page, open shadow roots included, and hands back the elements in the same order. */
export const describePage = inPage(describe, { sight: sightTools, wording: wordingTools })

/** Runs in the page; sent as text. */
function describe({ explicit, selectors, loose }: DescribeOptions, { sight, wording }: Tools): Described {
  const { seen, parentOf, isToggle } = sight
  const { clean, textOf, labelsOf, byIds } = wording
  // Of a shop's page with a thousand links the form may come last.
  const limits = { options: 400, fields: 400, links: 400 }

  const roots: (Document | ShadowRoot)[] = [document]
  for (let at = 0; at < roots.length; at++)
    for (const { shadowRoot } of (roots[at] as Document | ShadowRoot).querySelectorAll('*'))
      if (shadowRoot !== null) roots.push(shadowRoot)
  const firstOf = (selector: string): Element | undefined => {
    try {
      return roots.map((root) => root.querySelector(selector)).find((element) => element !== null) ?? undefined
    } catch {
      // No CSS, so it leads nowhere.
      return undefined
    }
  }
  const named = Object.entries(explicit)
  for (const [key, selector] of Object.entries(selectors)) {
    const element = firstOf(selector)
    if (element !== undefined) named.push([key, element])
  }
  const configured = named.map(([, element]) => element)

  // What apps use in place of a form counts as one.
  const formLike =
    'form, dialog, [role="dialog"], [role="alertdialog"], [aria-modal="true"], [role="form"], header, footer, nav, aside'
  const withRole = (...roles: string[]) => roles.map((role) => `[role="${role}"]`).join()
  const fields = `input, select, textarea, ${withRole('checkbox', 'switch', 'radio', 'textbox', 'combobox')}`
  const pressed = `button, a[href], summary, ${withRole('button', 'tab', 'link', 'menuitem')}`
  const wanted = `${fields}, ${pressed}`
  // A leaf of text under a hand, or what opens a menu by its name: an app may listen to anything.
  const pressable = (element: Element): boolean =>
    (isToggle(element) && seen(element)) ||
    (element.children.length === 0 &&
      /^.{1,40}$/.test(clean(element.textContent)) &&
      getComputedStyle(element).cursor === 'pointer' &&
      element.closest(wanted) === null &&
      element.closest('label') === null)
  const elements: Element[] = []
  const forms: Element[] = []
  const left = { ...limits }
  for (const element of roots.flatMap((root) => [...root.querySelectorAll('*')])) {
    if (element.matches(formLike)) forms.push(element)
    const isField = element.matches(fields)
    const isWanted = isField || element.matches(pressed) || (loose && pressable(element))
    const kind = isField || element.closest('form') !== null ? 'fields' : 'links'
    if (configured.includes(element) || (isWanted && left[kind]-- > 0)) elements.push(element)
  }

  // Styled checkboxes hide the real control and show its label.
  const drawnByLabel = (element: Element, type: string): boolean =>
    (type === 'checkbox' || type === 'radio') &&
    !seen(element) &&
    labelsOf(element).some((label) => seen(label) && textOf(label) !== '')

  const formOf = (element: Element): number => {
    const owner = (element as HTMLInputElement).form ?? element.closest(formLike)
    if (owner) return forms.indexOf(owner)
    // A control in a shadow root has no form owner outside of it; the light form around its host is the one meant.
    for (let around = parentOf(element); around !== null; around = parentOf(around))
      if (around.matches(formLike)) return forms.indexOf(around)
    return -1
  }

  /** What a control is, whatever its markup says. */
  const kindOf = (element: Element): { tag: ControlDescription['tag']; type: string; link: boolean } => {
    const input = element as HTMLInputElement
    const name = element.tagName.toLowerCase()
    const role = element.getAttribute('role') ?? ''
    const roles: Record<string, [ControlDescription['tag'], string]> = {
      checkbox: ['input', 'checkbox'],
      switch: ['input', 'checkbox'],
      radio: ['input', 'radio'],
      textbox: ['textarea', 'textarea'],
      combobox: ['select', 'combobox'],
      tab: ['button', 'opener'],
      menuitem: ['button', 'opener'],
      link: ['button', 'opener'],
    }
    const link = element instanceof HTMLAnchorElement && role !== 'button'
    if (name === 'select' || name === 'textarea') return { tag: name, type: name, link }
    if (name === 'input') {
      // A list of suggestions goes with it, the browser's own or one of an app.
      const suggests =
        role === 'combobox' ||
        (/^(text|search)$/.test(input.type) &&
          (input.list !== null || /^(list|both)$/.test(input.getAttribute('aria-autocomplete') ?? '')))
      const type = suggests ? 'combobox' : input.type
      return { tag: /^(submit|image|button|reset)$/.test(type) ? 'button' : 'input', type: type.toLowerCase(), link }
    }
    const [tag, type] = roles[role] ?? (['button', link ? 'link' : input.type || 'button'] as const)
    return { tag, type: type.toLowerCase(), link }
  }

  const indexOf = (element: Element): number => elements.indexOf(element)
  const describeOne = (element: Element, index: number): ControlDescription => {
    const input = element as HTMLInputElement
    const { tag, type, link } = kindOf(element)
    const drawn = drawnByLabel(element, type)
    const visible = drawn || seen(element)
    const options: ControlOption[] =
      element instanceof HTMLSelectElement
        ? [...element.options].slice(0, limits.options).map((option) => ({
            value: option.value,
            text: clean(option.text, 80),
            disabled: option.disabled,
          }))
        : []
    const press = tag === 'button' && element instanceof HTMLInputElement
    const valueNow = () => {
      if (type === 'password') return ''
      if (link) return (element as HTMLAnchorElement).href
      return clean(type === 'combobox' && tag === 'select' ? wording.spokenText(element) : input.value)
    }
    return {
      index,
      form: formOf(element),
      tag,
      type,
      name: element.getAttribute('name') ?? '',
      id: element.id,
      autocomplete: (element.getAttribute('autocomplete') ?? '').toLowerCase(),
      placeholder: clean(element.getAttribute('placeholder')),
      label: press ? clean(input.value || input.alt || input.title) : wording.labelOf(element),
      hint: clean(
        [
          byIds(element, 'aria-describedby'),
          element.getAttribute('title') ?? '',
          type === 'password' ? wording.textBelow(element) : '',
        ].join(' '),
      ),
      group: wording.groupOf(element),
      value: valueNow(),
      filled: (input.value ?? '') !== '',
      checked: input.checked === true || element.getAttribute('aria-checked') === 'true',
      required: input.required === true || element.getAttribute('aria-required') === 'true',
      disabled:
        input.disabled === true || element.getAttribute('aria-disabled') === 'true' || element.matches(':disabled'),
      readOnly: input.readOnly === true,
      pattern: element.getAttribute('pattern') ?? '',
      minLength: input.minLength ?? -1,
      maxLength: input.maxLength ?? -1,
      min: element.getAttribute('min') ?? '',
      max: element.getAttribute('max') ?? '',
      step: element.getAttribute('step') ?? '',
      passwordRules: element.getAttribute('passwordrules') ?? '',
      options,
      visible,
      drawnByLabel: drawn,
      ariaHidden: sight.ariaHidden(element),
      tabIndex: (element as HTMLElement).tabIndex,
      toggle: tag === 'button' && isToggle(element),
      toggledBy: loose && tag === 'button' && !visible ? sight.togglesOf(element).map(indexOf) : [],
      explicit: named.filter(([, other]) => other === element).map(([key]) => key),
    }
  }

  const description: PageDescription = {
    url: location.href,
    title: clean(document.title),
    forms: forms.map((form, index): FormDescription => {
      const attribute = (name: string) => form.getAttribute(name) ?? ''
      return {
        ...{ index, id: attribute('id'), name: attribute('name') },
        ...{ action: attribute('action'), heading: wording.headingOf(form) },
      }
    }),
    controls: elements.map(describeOne),
  }
  return { json: JSON.stringify(description), elements }
}
