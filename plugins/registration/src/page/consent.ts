/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** Sources of regular expressions, since the page gets text alone. */
export interface ConsentWords {
  readonly about: string
  readonly answer: string
}

const about = 'cookie|consent|gdpr|dsgvo|rgpd|einwilligung|privacy choices|tracking'
const accept =
  "^(i )?(accept|allow|agree|ok(ay)?\\b|got it|understood|yes|alle(s)? (akzeptieren|annehmen|zulassen)|akzeptieren|annehmen|zustimmen|einverstanden|tout accepter|accepter|j'accepte|d'accord|aceptar|acepto|accett|aceitar|accepter|alles (accepteren|toestaan)|akceptuj|zgadzam|zaakceptuj|godkann|godta|accepter alle|souhlas|kabul|принять|согласен|同意|接受|すべて許可|모두 동의)"
const reject =
  '(only|just) (the )?(necessary|essential|required)|(necessary|essential|required) (cookies )?only|reject|decline|deny|refuse|no,? thanks|nur (notwendige|essenzielle|erforderliche)|ablehnen|tout refuser|refuser|continuer sans|rechazar|rifiuta|recusar|weigeren|odrzu|avvisa|avvis|afvis|odmit|reddet|отклон|拒否|拒绝|거부'

export const consentWords = {
  accept: { about, answer: accept },
  reject: { about, answer: reject },
} as const satisfies Record<string, ConsentWords>

/**
 * Runs in the page: the button that answers a cookie dialog, or null. It is sent as text.
 * @param whole the document may be nothing but the dialog, as in a frame that lies over a page
 */
export function findConsentButton({ about, answer, whole }: ConsentWords & { whole: boolean }): Element | null {
  const clean = (text: string | null) => (text ?? '').replace(/\s+/g, ' ').trim().toLowerCase()
  const seen = (element: Element) => {
    const box = element.getBoundingClientRect()
    return (
      element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && box.width > 1 && box.height > 1
    )
  }
  const subject = new RegExp(about)
  const wanted = new RegExp(answer)
  const roots: (Document | ShadowRoot)[] = [document]
  for (const element of document.querySelectorAll('*')) if (element.shadowRoot) roots.push(element.shadowRoot)
  const boxes = roots.flatMap((root) => [
    ...root.querySelectorAll(
      'dialog[open], [role="dialog"], [role="alertdialog"], [id*="cookie" i], [class*="cookie" i], [id*="consent" i], [class*="consent" i], [id*="gdpr" i], [class*="gdpr" i]',
    ),
  ])
  if (whole) boxes.push(document.body)
  for (const box of boxes) {
    const text = clean(box.textContent)
    if (!seen(box) || text.length > 5000 || !subject.test(text)) continue
    if (box.querySelector('input[type="password"], input[type="email"]') !== null) continue
    for (const button of box.querySelectorAll(
      'button, [role="button"], a, input[type="button"], input[type="submit"]',
    )) {
      const label =
        clean(button.textContent) ||
        clean((button as HTMLInputElement).value) ||
        clean(button.getAttribute('aria-label'))
      if (seen(button) && wanted.test(label)) return button
    }
  }
  return null
}
