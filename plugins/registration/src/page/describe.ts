/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { ControlDescription, ControlOption, FormDescription, PageDescription } from '../fields/control.ts'

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

/**
 * Runs in the page: describes its form controls, open shadow roots included, and hands back the elements
 * in the same order. It is sent as text, so everything it needs stands inside of it.
 */
export function describePage({ explicit, selectors, loose }: DescribeOptions): Described {
  const limits = { text: 300, options: 400, controls: 400 }
  // What is named like a property of its form or document takes that property's place, so it may be no text at all.
  const clean = (text: unknown, max = limits.text) =>
    typeof text === 'string' ? text.replace(/\s+/g, ' ').trim().slice(0, max) : ''

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
  const elements: Element[] = []
  // What apps use in place of a form counts as one.
  const forms: Element[] = []
  const formLike =
    'form, dialog, [role="dialog"], [role="alertdialog"], [aria-modal="true"], [role="form"], header, footer, nav, aside'
  const fields = 'input, select, textarea'
  const wanted =
    `${fields}, button, a[href], summary, ` +
    ['button', 'checkbox', 'switch', 'radio', 'textbox', 'combobox', 'tab', 'link', 'menuitem']
      .map((role) => `[role="${role}"]`)
      .join()
  // A leaf of text under a hand: an app may listen to anything.
  const pressable = (element: Element): boolean =>
    element.children.length === 0 &&
    /^.{1,40}$/.test(clean(element.textContent)) &&
    getComputedStyle(element).cursor === 'pointer' &&
    element.closest(wanted) === null &&
    element.closest('label') === null
  for (const element of roots.flatMap((root) => [...root.querySelectorAll('*')])) {
    if (element.matches(formLike)) forms.push(element)
    if (
      configured.includes(element) ||
      (elements.length < limits.controls && (element.matches(wanted) || (loose && pressable(element))))
    )
      elements.push(element)
  }

  const textOf = (element: Element | null | undefined): string => {
    if (element == null) return ''
    const copy = element.cloneNode(true) as Element
    for (const inner of copy.querySelectorAll(
      `${fields}, button, script, style, option, [role="combobox"], [role="listbox"]`,
    ))
      inner.remove()
    return clean(copy.textContent)
  }
  const byIds = (element: Element, attribute: string): string => {
    const root = element.getRootNode() as Document | ShadowRoot
    const ids = (element.getAttribute(attribute) ?? '').split(/\s+/).filter(Boolean)
    return clean(ids.map((id) => textOf(root.getElementById?.(id))).join(' '))
  }
  const parentOf = (element: Element): Element | null => {
    if (element.assignedSlot) return element.assignedSlot
    if (element.parentElement) return element.parentElement
    const root = element.getRootNode()
    return root instanceof ShadowRoot ? root.host : null
  }

  // A person sees a control when it takes up room, inside the page, and nothing around it clips it away.
  const seen = (element: Element): boolean => {
    const checks = { opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true }
    if (!element.checkVisibility(checks)) return false
    const box = element.getBoundingClientRect()
    if (box.width <= 1 || box.height <= 1) return false
    const page = document.documentElement
    const width = Math.max(page.scrollWidth, window.innerWidth)
    if (box.right + window.scrollX <= 0 || box.bottom + window.scrollY <= 0 || box.left + window.scrollX >= width)
      return false
    for (let around: Element | null = element; around !== null; around = parentOf(around)) {
      const style = getComputedStyle(around)
      if (/^rect\((0|1)(px)?,? (0|1)(px)?,? (0|1)(px)?,? (0|1)(px)?\)$/.test(style.clip)) return false
      if (/^inset\((50|100)%/.test(style.clipPath)) return false
      if (around !== element && around !== document.body && around !== page && style.overflow !== 'visible') {
        const frame = around.getBoundingClientRect()
        if (style.display !== 'inline' && style.display !== 'contents' && (frame.width <= 1 || frame.height <= 1))
          return false
      }
    }
    return true
  }
  const labelsOf = (element: Element): HTMLLabelElement[] => {
    const labels = (element as HTMLInputElement).labels
    return labels ? [...labels] : []
  }
  // Styled checkboxes hide the real control and show its label.
  const visible = (element: Element, type: string): boolean => {
    if (seen(element)) return true
    if (type !== 'checkbox' && type !== 'radio') return false
    return labelsOf(element).some((label) => seen(label) && textOf(label) !== '')
  }

  const labelOf = (element: Element): string => {
    const labelled = byIds(element, 'aria-labelledby')
    if (labelled !== '') return labelled
    const own = clean(labelsOf(element).map(textOf).join(' '))
    if (own !== '') return own
    const aria = clean(element.getAttribute('aria-label'))
    if (aria !== '') return aria
    const role = element.getAttribute('role') ?? ''
    const toggle = /^(checkbox|switch|radio)$/.test(role)
    const isField = element.matches(fields) || toggle || role === 'combobox'
    if (!isField || (toggle && spokenText(element) !== '')) return spokenText(element)
    // No label at all: the table cell, the term or the text just before it.
    const cell = textOf(element.closest('td')?.previousElementSibling)
    if (cell !== '') return cell
    const term = textOf(element.closest('dd')?.previousElementSibling)
    if (term !== '') return term
    const boxed = toggle || (element instanceof HTMLInputElement && /^(checkbox|radio)$/.test(element.type))
    let beside: Node | null = boxed ? element.nextSibling : element.previousSibling
    for (let steps = 0; beside !== null && steps < 4; steps++) {
      if (beside instanceof Element && beside.matches(`${fields}, button`)) break
      const text = beside instanceof Element ? textOf(beside) : clean(beside.textContent)
      if (text !== '') return text
      beside = boxed ? beside.nextSibling : beside.previousSibling
    }
    // The boxes around it, as long as it is their only field: their own text, or the one just before them.
    let box = element.parentElement
    for (
      let up = 0;
      up < 4 && box !== null && !box.matches('form, body') && box.querySelectorAll(fields).length <= 1;
      up++
    ) {
      const before = box.previousElementSibling
      const said =
        textOf(box) ||
        (before?.matches(up === 0 ? 'label, span, div, p' : 'label, span, div') === true &&
        before.querySelector(fields) === null
          ? textOf(before)
          : '')
      if (said !== '') return said
      box = box.parentElement
    }
    return ''
  }
  // Rules for a password are often no description by their markup, and stand just below it.
  const below = (element: Element): string => {
    const texts: string[] = []
    for (let box: Element | null = element, up = 0; up < 3 && box !== null && !box.matches('form, body'); up++) {
      if (box !== element && box.querySelectorAll(fields).length > 1) break
      const next = box.nextElementSibling
      if (next !== null && !next.matches(`${fields}, button`) && next.querySelector(fields) === null)
        texts.push(textOf(next))
      box = box.parentElement
    }
    return clean(texts.join(' '))
  }
  // biome-ignore-start lint/performance/useDomNodeTextContent: what a person reads depends on the layout
  const spokenText = (element: Element): string =>
    clean((element as HTMLElement).innerText || element.textContent || element.getAttribute('title'))
  // biome-ignore-end lint/performance/useDomNodeTextContent: see above

  const formOf = (element: Element): number => {
    const owner = (element as HTMLInputElement).form ?? element.closest(formLike)
    if (owner) return forms.indexOf(owner)
    // A control in a shadow root has no form owner outside of it; the light form around its host is the one meant.
    for (let around = parentOf(element); around !== null; around = parentOf(around))
      if (around.matches(formLike)) return forms.indexOf(around)
    return -1
  }
  const groupOf = (element: Element): string => {
    const set = element.closest('fieldset')
    if (set !== null) return textOf(set.querySelector('legend'))
    const role = element.closest('[role="radiogroup"], [role="group"]')
    return role === null ? '' : byIds(role, 'aria-labelledby') || clean(role.getAttribute('aria-label'))
  }
  const hidden = (element: Element): boolean => {
    for (let around: Element | null = element; around !== null; around = parentOf(around))
      if (around.getAttribute('aria-hidden') === 'true' || around.hasAttribute('inert')) return true
    return false
  }

  const describe = (element: Element, index: number): ControlDescription => {
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
    const [tag, type] =
      name === 'select' || name === 'textarea'
        ? [name as ControlDescription['tag'], name]
        : name === 'input'
          ? ['input' as const, role === 'combobox' ? role : input.type]
          : (roles[role] ?? ['button' as const, link ? 'link' : input.type || 'button'])
    const press = tag === 'input' && /^(submit|image|button|reset)$/.test(type)
    const rest = {
      label: press ? clean(input.value || input.alt || input.title) : labelOf(element),
      hint: clean(
        [
          byIds(element, 'aria-describedby'),
          element.getAttribute('title') ?? '',
          type === 'password' ? below(element) : '',
        ].join(' '),
      ),
      group: groupOf(element),
    }
    const options: ControlOption[] =
      element instanceof HTMLSelectElement
        ? [...element.options].slice(0, limits.options).map((option) => ({
            value: option.value,
            text: clean(option.text, 80),
            disabled: option.disabled,
          }))
        : []
    return {
      index,
      form: formOf(element),
      tag: press ? 'button' : tag,
      type: type.toLowerCase(),
      name: element.getAttribute('name') ?? '',
      id: element.id,
      autocomplete: (element.getAttribute('autocomplete') ?? '').toLowerCase(),
      placeholder: clean(element.getAttribute('placeholder')),
      ...rest,
      value:
        type === 'password' ? '' : link ? element.href : clean(type === 'combobox' ? spokenText(element) : input.value),
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
      visible: visible(element, type.toLowerCase()),
      drawnByLabel: !seen(element) && visible(element, type.toLowerCase()),
      ariaHidden: hidden(element),
      tabIndex: (element as HTMLElement).tabIndex,
      explicit: named.filter(([, other]) => other === element).map(([key]) => key),
    }
  }

  const headingOf = (form: Element): string => {
    const inside = [...form.querySelectorAll('h1, h2, h3, legend')].slice(0, 3).map(textOf)
    let before: Element | null = form
    for (let up = 0; before !== null && up < 4; up++) {
      for (let beside = before.previousElementSibling; beside !== null; beside = beside.previousElementSibling) {
        const heading = beside.matches('h1, h2, h3') ? beside : beside.querySelector('h1, h2, h3')
        if (heading !== null) return clean([textOf(heading), ...inside].join(' '))
      }
      before = before.parentElement
    }
    return clean(inside.join(' '))
  }
  const formDescriptions: FormDescription[] = forms.map((form, index) => ({
    index,
    id: form.getAttribute('id') ?? '',
    name: form.getAttribute('name') ?? '',
    action: form.getAttribute('action') ?? '',
    heading: headingOf(form),
  }))
  const description: PageDescription = {
    url: location.href,
    title: clean(document.title),
    forms: formDescriptions,
    controls: elements.map(describe),
  }
  return { json: JSON.stringify(description), elements }
}
