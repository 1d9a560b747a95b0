/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { ControlDescription, ControlOption, FormDescription, PageDescription } from '../fields/control.ts'

export interface DescribeOptions {
  /** Elements that configured selectors lead to, by the selector's key. */
  readonly explicit: Readonly<Record<string, Element>>
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
export function describePage({ explicit }: DescribeOptions): Described {
  const limits = { text: 300, options: 400, controls: 400 }
  // What is named like a property of its form or document takes that property's place, so it may be no text at all.
  const clean = (text: unknown, max = limits.text) =>
    typeof text === 'string' ? text.replace(/\s+/g, ' ').trim().slice(0, max) : ''

  const configured = Object.values(explicit)
  const roots: (Document | ShadowRoot)[] = [document]
  const elements: Element[] = []
  const forms: HTMLFormElement[] = []
  const wanted =
    'input, select, textarea, button, a[href], [role="button"], [role="checkbox"], [role="switch"], [role="textbox"]'
  for (let at = 0; at < roots.length; at++) {
    const root = roots[at] as Document | ShadowRoot
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot !== null) roots.push(element.shadowRoot)
      if (element instanceof HTMLFormElement) forms.push(element)
      else if (configured.includes(element) || (elements.length < limits.controls && element.matches(wanted)))
        elements.push(element)
    }
  }

  const textOf = (element: Element | null | undefined): string => {
    if (element == null) return ''
    const copy = element.cloneNode(true) as Element
    for (const inner of copy.querySelectorAll('input, select, textarea, button, script, style, option')) inner.remove()
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
    if (
      !(element instanceof HTMLInputElement) &&
      !(element instanceof HTMLSelectElement) &&
      element.tagName !== 'TEXTAREA'
    )
      return spokenText(element)
    // No label at all: the table cell, the term or the text just before it.
    const cell = textOf(element.closest('td')?.previousElementSibling)
    if (cell !== '') return cell
    const term = textOf(element.closest('dd')?.previousElementSibling)
    if (term !== '') return term
    const boxed = element instanceof HTMLInputElement && (element.type === 'checkbox' || element.type === 'radio')
    let beside: Node | null = boxed ? element.nextSibling : element.previousSibling
    for (let steps = 0; beside !== null && steps < 4; steps++) {
      if (beside instanceof Element && beside.matches('input, select, textarea, button')) break
      const text = beside instanceof Element ? textOf(beside) : clean(beside.textContent)
      if (text !== '') return text
      beside = boxed ? beside.nextSibling : beside.previousSibling
    }
    const parent = element.parentElement
    if (
      parent !== null &&
      parent.querySelectorAll('input, select, textarea').length === 1 &&
      !parent.matches('form, body')
    )
      return (
        textOf(parent) ||
        textOf(parent.previousElementSibling?.matches('label, span, div, p') ? parent.previousElementSibling : null)
      )
    return ''
  }
  // biome-ignore-start lint/performance/useDomNodeTextContent: what a person reads depends on the layout
  const spokenText = (element: Element): string =>
    clean((element as HTMLElement).innerText || element.textContent || element.getAttribute('title'))
  // biome-ignore-end lint/performance/useDomNodeTextContent: see above

  const formOf = (element: Element): number => {
    const owner = (element as HTMLInputElement).form ?? element.closest('form')
    if (owner) return forms.indexOf(owner)
    // A control in a shadow root has no form owner outside of it; the light form around its host is the one meant.
    for (let around = parentOf(element); around !== null; around = parentOf(around))
      if (around instanceof HTMLFormElement) return forms.indexOf(around)
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
    const tag =
      name === 'select' || name === 'textarea' || name === 'input' ? name : role === 'textbox' ? 'textarea' : 'button'
    const link = element instanceof HTMLAnchorElement && role !== 'button'
    const press = tag === 'input' && /^(submit|image|button|reset)$/.test(input.type)
    const toggle = role === 'checkbox' || role === 'switch'
    const type =
      tag === 'select'
        ? 'select'
        : toggle
          ? 'checkbox'
          : tag === 'textarea'
            ? 'textarea'
            : link
              ? 'link'
              : input.type || 'button'
    const rest = {
      label: press ? clean(input.value || input.alt || input.title) : labelOf(element),
      hint: clean([byIds(element, 'aria-describedby'), element.getAttribute('title') ?? ''].join(' ')),
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
      tag: press ? 'button' : toggle ? 'input' : tag,
      type: type.toLowerCase(),
      name: element.getAttribute('name') ?? '',
      id: element.id,
      autocomplete: (element.getAttribute('autocomplete') ?? '').toLowerCase(),
      placeholder: clean(element.getAttribute('placeholder')),
      ...rest,
      value: type === 'password' ? '' : link ? element.href : clean(input.value),
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
      explicit: Object.keys(explicit).filter((key) => explicit[key] === element),
    }
  }

  const headingOf = (form: HTMLFormElement): string => {
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
