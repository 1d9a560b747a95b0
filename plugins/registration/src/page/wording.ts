/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** Runs in the page; sent as text. What a page says about its controls, in labels, hints and headings. */
export function wordingTools() {
  const fields = 'input, select, textarea'
  // What is named like a property of its form or document takes that property's place, so it may be no text at all.
  const clean = (text: unknown, max = 300) =>
    typeof text === 'string' ? text.replace(/\s+/g, ' ').trim().slice(0, max) : ''

  const textOf = (element: Element | null | undefined): string => {
    if (element == null) return ''
    const copy = element.cloneNode(true) as Element
    for (const inner of copy.querySelectorAll(
      `${fields}, button, script, style, option, [role="combobox"], [role="listbox"]`,
    ))
      inner.remove()
    return clean(copy.textContent)
  }
  // biome-ignore-start lint/performance/useDomNodeTextContent: what a person reads depends on the layout
  const spokenText = (element: Element): string =>
    clean((element as HTMLElement).innerText || element.textContent || element.getAttribute('title'))
  // biome-ignore-end lint/performance/useDomNodeTextContent: see above
  const byIds = (element: Element, attribute: string): string => {
    const root = element.getRootNode() as Document | ShadowRoot
    const ids = (element.getAttribute(attribute) ?? '').split(/\s+/).filter(Boolean)
    return clean(ids.map((id) => textOf(root.getElementById?.(id))).join(' '))
  }
  const labelsOf = (element: Element): HTMLLabelElement[] => {
    const labels = (element as HTMLInputElement).labels
    return labels ? [...labels] : []
  }

  /** The text beside a control, in its cell or its term. */
  const textBeside = (element: Element, boxed: boolean): string => {
    const cell = textOf(element.closest('td')?.previousElementSibling)
    if (cell !== '') return cell
    const term = textOf(element.closest('dd')?.previousElementSibling)
    if (term !== '') return term
    let beside: Node | null = boxed ? element.nextSibling : element.previousSibling
    for (let steps = 0; beside !== null && steps < 4; steps++) {
      if (beside instanceof Element && beside.matches(`${fields}, button`)) break
      const text = beside instanceof Element ? textOf(beside) : clean(beside.textContent)
      if (text !== '') return text
      beside = boxed ? beside.nextSibling : beside.previousSibling
    }
    return ''
  }

  /** The text of the boxes around it, as long as it is their only field: their own, or the one just before them. */
  const textAround = (element: Element): string => {
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

  const labelOf = (element: Element): string => {
    const own =
      byIds(element, 'aria-labelledby') ||
      clean(labelsOf(element).map(textOf).join(' ')) ||
      clean(element.getAttribute('aria-label'))
    if (own !== '') return own
    const role = element.getAttribute('role') ?? ''
    const toggle = /^(checkbox|switch|radio)$/.test(role)
    const isField = element.matches(fields) || toggle || role === 'combobox'
    if (!isField || (toggle && spokenText(element) !== '')) return spokenText(element)
    const boxed = toggle || (element instanceof HTMLInputElement && /^(checkbox|radio)$/.test(element.type))
    return textBeside(element, boxed) || textAround(element)
  }

  /** Rules for a password are often no description by their markup, and stand just below it. */
  const textBelow = (element: Element): string => {
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

  const groupOf = (element: Element): string => {
    const set = element.closest('fieldset')
    if (set !== null) return textOf(set.querySelector('legend'))
    const role = element.closest('[role="radiogroup"], [role="group"]')
    return role === null ? '' : byIds(role, 'aria-labelledby') || clean(role.getAttribute('aria-label'))
  }

  /** Headings in a form and just before it. */
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

  return { clean, textOf, spokenText, byIds, labelsOf, labelOf, textBelow, groupOf, headingOf }
}
