/// <reference lib="dom" />

/** Runs in the page; sent as text. What a person can see of a page. */
export function sightTools() {
  const parentOf = (element: Element): Element | null => {
    if (element.assignedSlot) return element.assignedSlot
    if (element.parentElement) return element.parentElement
    const root = element.getRootNode()
    return root instanceof ShadowRoot ? root.host : null
  }

  /** It takes up room, inside the page, can be told from what is behind it, and nothing around it clips it away. */
  const seen = (element: Element): boolean => {
    const checks = { opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true }
    if (!element.checkVisibility(checks)) return false
    const box = element.getBoundingClientRect()
    if (box.width <= 1 || box.height <= 1) return false
    if (box.right + window.scrollX <= 0 || box.bottom + window.scrollY <= 0) return false
    // What is pushed aside makes the page as wide as it needs; nobody goes there.
    if (box.left + window.scrollX >= 2 * window.innerWidth) return false
    let { left, right } = box
    let opacity = 1
    // Until its containing block comes, nothing around it clips it.
    let position = 'static'
    for (let around: Element | null = element; around !== null; around = parentOf(around)) {
      const style = getComputedStyle(around)
      opacity *= Number(style.opacity)
      if (opacity < 0.1) return false
      if (/^rect\((0|1)(px)?,? (0|1)(px)?,? (0|1)(px)?,? (0|1)(px)?\)$/.test(style.clip)) return false
      if (/^inset\((50|100)%/.test(style.clipPath)) return false
      const isContaining = style.transform !== 'none' || (position === 'absolute' && style.position !== 'static')
      const isFree = /absolute|fixed/.test(position) && !isContaining
      if (around !== element && isFree) continue
      position = style.position
      const isPage = around === document.body || around === document.documentElement
      if (around === element || isPage || style.overflow === 'visible' || /^(inline|contents)$/.test(style.display))
        continue
      const frame = around.getBoundingClientRect()
      if (frame.width <= 1 || frame.height <= 1) return false
      // Sideways alone: what lies below may come up as an app scrolls by itself.
      if (/hidden|clip/.test(style.overflowX) && (right <= frame.left || left >= frame.right)) return false
      if (/auto|scroll/.test(style.overflowX)) ({ left, right } = frame)
    }
    return true
  }

  /** Hidden from assistive technology. */
  const ariaHidden = (element: Element): boolean => {
    for (let around: Element | null = element; around !== null; around = parentOf(around))
      if (around.getAttribute('aria-hidden') === 'true' || around.hasAttribute('inert')) return true
    return false
  }

  /** A control that would show more if it were pressed, by its markup or by what it is called there. */
  const isToggle = (element: Element): boolean =>
    element.getAttribute('aria-expanded') === 'false' ||
    (element.matches('summary') && element.closest('details')?.open === false) ||
    (!element.hasAttribute('aria-expanded') &&
      /burger|(menu|nav|navbar|navigation)[-_]?(toggle|toggler|button|btn|icon|trigger)\b/i.test(
        `${element.id} ${element.getAttribute('class')}`,
      ))

  const byTarget = new Map<Node, Map<string, Element[]>>()
  /** What says of itself which elements it shows, by their ids. */
  const targetsIn = (root: Document | ShadowRoot): Map<string, Element[]> => {
    const known = byTarget.get(root)
    if (known !== undefined) return known
    const found = new Map<string, Element[]>()
    byTarget.set(root, found)
    for (const element of root.querySelectorAll('[aria-controls], [data-bs-target], [data-target], [popovertarget]'))
      for (const name of ['aria-controls', 'data-bs-target', 'data-target', 'popovertarget'])
        for (const id of (element.getAttribute(name) ?? '').replace(/^#/, '').split(/\s+/))
          found.set(id, [...(found.get(id) ?? []), element])
    return found
  }
  /** What shows an element that a person cannot see yet. */
  const togglesOf = (element: Element): Element[] => {
    const targets = targetsIn(element.getRootNode() as Document | ShadowRoot)
    const found: Element[] = []
    for (let around = parentOf(element); around !== null; around = parentOf(around)) {
      if (around.matches('details:not([open])')) found.push(...around.querySelectorAll(':scope > summary'))
      if (around.id !== '') found.push(...(targets.get(around.id) ?? []))
    }
    return found
  }

  return { parentOf, seen, ariaHidden, isToggle, togglesOf }
}
