import { type PageDescription, signature } from './control.ts'
import { type ChosenForm, formsOf, isLogIn } from './form.ts'
import { plain } from './text.ts'
import type { FieldKind } from './vocabulary.ts'

const stepOf =
  /\b(step|schritt|etape|paso|passo|stap|krok|steg|trin|adim)\s*\d+\s*(of|\/|von|sur|de|di|van|z|av|af)\s*\d+|шаг\s*\d+\s*из\s*\d+|第\s*\d+\s*步|ステップ\s*\d+/

/** Not worth another step: they come with any page. */
const idle: ReadonlySet<FieldKind> = new Set(['newsletter', 'website', 'choice'])

export interface StepContext {
  /** What earlier steps were given. */
  readonly given: ReadonlySet<FieldKind>
  /** Signatures of the controls of the step that was just sent. */
  readonly sent: ReadonlySet<string>
  /** Visible text of the page. */
  readonly lines: readonly string[]
}

/**
 * The next step of a sign-up that is spread over several, or undefined where this one was the last.
 * Once e-mail and password have been given, only a page that counts its steps is one; the form of an app that greets
 * its new user is none.
 */
export function nextStep(page: PageDescription, { given, sent, lines }: StepContext): ChosenForm | undefined {
  const counted = lines.some((line) => stepOf.test(plain(line)))
  const complete = (given.has('email') || given.has('username')) && given.has('password')
  return formsOf(page).find((form) => {
    if (form.submit === undefined || isLogIn(form, page)) return false
    const controls = form.recognised.map(({ control }) => signature(control))
    if (controls.length > 0 && controls.filter((one) => sent.has(one)).length * 2 >= controls.length) return false
    const fresh = form.recognised.filter(({ kind }) => !given.has(kind) && !idle.has(kind))
    return complete
      ? counted && form.index !== -1
      : fresh.length > 0 && (counted || fresh.some(({ kind }) => identifies.has(kind)))
  })
}

/** What a sign-up cannot do without, so that a form which asks for it is a part of one. */
const identifies: ReadonlySet<FieldKind> = new Set([
  'email',
  'password',
  'username',
  'firstName',
  'lastName',
  'fullName',
  'terms',
])
