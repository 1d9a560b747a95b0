/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** What a page shows at one moment, besides its controls. */
export interface Observation {
  readonly url: string
  readonly title: string
  /** False while the document is still being parsed. */
  readonly parsed: boolean
  /** Lines of visible text, bounded. */
  readonly lines: readonly string[]
  /** Messages of single controls: `aria-invalid`, and the browser's own after an interaction. */
  readonly invalid: readonly string[]
  /** Texts of boxes that mean an error by their role or class. */
  readonly errors: readonly string[]
  /** Texts of boxes that mean success or a status by their role or class. */
  readonly notices: readonly string[]
  /** Something says that work is going on. */
  readonly busy: boolean
  /** The kind of CAPTCHA that is shown, or ''. */
  readonly captcha: string
  /** The kind of bot wall that is shown, or ''. */
  readonly challenge: string
}

/** Runs in the page and returns an `Observation` as JSON; sent as text, so everything it needs stands inside of it. */
export function observePage(): string {
  // What is named like a property of its document takes that property's place, so it may be no text at all.
  const clean = (text: unknown, max = 300) =>
    typeof text === 'string' ? text.replace(/\s+/g, ' ').trim().slice(0, max) : ''
  const seen = (element: Element): boolean => {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false
    const box = element.getBoundingClientRect()
    return box.width > 1 && box.height > 1
  }
  const roots: (Document | ShadowRoot)[] = [document]
  const all = (selector: string): Element[] => roots.flatMap((root) => [...root.querySelectorAll(selector)])
  for (let at = 0; at < roots.length; at++)
    for (const element of (roots[at] as Document | ShadowRoot).querySelectorAll('*'))
      if (element.shadowRoot !== null) roots.push(element.shadowRoot)

  // biome-ignore-start lint/performance/useDomNodeTextContent: what a person reads depends on the layout
  const textOf = (element: Element | null | undefined) =>
    element == null ? '' : clean((element as HTMLElement).innerText ?? element.textContent)
  // biome-ignore-end lint/performance/useDomNodeTextContent: see above
  const texts = (selector: string): string[] => {
    const found = all(selector).filter(
      (element) => seen(element) && element.querySelector('input, select, textarea') === null,
    )
    return [...new Set(found.map(textOf).filter((text) => text !== ''))].slice(0, 20)
  }
  const messageOf = (element: Element): string => {
    const root = element.getRootNode() as Document | ShadowRoot
    const ids = `${element.getAttribute('aria-errormessage') ?? ''} ${element.getAttribute('aria-describedby') ?? ''}`
    const described = ids
      .split(/\s+/)
      .filter(Boolean)
      .map((id) => textOf(root.getElementById(id)))
    const input = element as HTMLInputElement
    const label =
      textOf(input.labels?.[0]) || clean(element.getAttribute('aria-label')) || clean(element.getAttribute('name'))
    const message = clean(input.validationMessage) || described.reverse().find((text) => text !== '') || 'not accepted'
    return label === '' ? message : `${label}: ${message}`
  }

  const invalid = all('input, select, textarea')
    .filter(
      (element) =>
        seen(element) && (element.matches(':user-invalid') || element.getAttribute('aria-invalid') === 'true'),
    )
    .slice(0, 20)
    .map(messageOf)
  const errors = texts(
    '[role="alert"], [aria-live="assertive"], [class*="error" i], [class*="invalid" i], .alert-danger, .text-danger, ' +
      '[id$="-error" i], [id$="_error" i]',
  )
  const notices = texts(
    '[role="status"], [aria-live="polite"], .success, .alert-success, .notice, .message-success, .successbox, ' +
      '[class*="success" i], .mw-message-box-success, .flash-success, .alert-info, .message',
  )
  const frames = all('iframe').filter(seen)
  const source = (pattern: RegExp) =>
    frames.some(
      (frame) => pattern.test((frame as HTMLIFrameElement).src) && frame.closest('.grecaptcha-badge') === null,
    )
  const widget = (selector: string) =>
    all(selector).some((element) => seen(element) && element.closest('.grecaptcha-badge') === null)
  const captcha =
    source(/recaptcha|google\.com\/sorry/) || widget('.g-recaptcha')
      ? 'reCAPTCHA'
      : source(/hcaptcha\.com/) || widget('.h-captcha')
        ? 'hCaptcha'
        : source(/challenges\.cloudflare\.com/) || widget('.cf-turnstile')
          ? 'Turnstile'
          : source(/arkoselabs|funcaptcha/)
            ? 'Arkose'
            : source(/captcha/i) ||
                widget('[id*="captcha" i], [class*="captcha" i], [name*="captcha" i], img[src*="captcha" i]')
              ? 'CAPTCHA'
              : ''
  const body = document.body
  // biome-ignore lint/performance/useDomNodeTextContent: lines are a matter of layout
  const lines = (body?.innerText ?? '')
    .slice(0, 20_000)
    .split('\n')
    .map((line) => clean(line))
    .filter((line) => line !== '')
  const shadowLines = roots
    .slice(1)
    .flatMap((root) => [...root.children].filter(seen).flatMap((child) => textOf(child)))
  const head = `${clean(document.title)} ${lines.slice(0, 6).join(' ')}`
  const challenge =
    document.querySelector('#challenge-form, #challenge-running, #cf-challenge-running, [id^="cf-chl"]') !== null ||
    /just a moment\.\.\.|checking your browser|verify(ing)? (that )?you are (a )?human|attention required! \| cloudflare|pardon our interruption|are you a robot|unusual traffic/i.test(
      head,
    )
      ? 'bot wall'
      : ''
  const observation: Observation = {
    url: location.href,
    title: clean(document.title),
    parsed: document.readyState !== 'loading',
    lines: [...lines, ...shadowLines].filter((line) => line !== '').slice(0, 300),
    invalid,
    errors,
    notices,
    busy: all('[aria-busy="true"], .spinner, .loading, .loader, [class*="spinner" i]').some(seen),
    captcha,
    challenge,
  }
  return JSON.stringify(observation)
}
