import type { ControlDescription, FormDescription, PageDescription } from './control.ts'
import { fillable } from './evidence.ts'
import { type RecognisedControl, recogniseAll } from './recognise.ts'
import { bareLabel, plain, spaced } from './text.ts'

/** A form together with what its controls mean. */
export interface ChosenForm {
  /** Its index on the page; -1 for controls outside of every form. */
  readonly index: number
  readonly controls: readonly ControlDescription[]
  readonly recognised: readonly RecognisedControl[]
  readonly submit: ControlDescription | undefined
}

const signUp =
  /sign ?up|register|registr|create (an |your |my )?account|create (new )?(user|login)|join|get started|new account|konto (erstellen|anlegen|eroffnen)|anmeldung|s'?inscrire|inscription|creer (un |mon )?compte|crear (una )?cuenta|regist(rar|rate)|iscriviti|crea (un )?account|criar conta|cadastr|aanmelden|maak account|zarejestruj|zaloz konto|skapa konto|opprett konto|opret konto|kayit ol|hesap olustur|зарегистр|регистрац|создать (аккаунт|учетную)|登録|注册|註冊|가입/
const logIn =
  /log ?in|sign ?in|anmelden$|einloggen|se connecter|connexion|iniciar sesion|entrar|accedi|inloggen|zaloguj|logga in|logg inn|log ind|giris|войти|вход|ログイン|登录|登入|로그인/
const other = /\bsearch\b|suche|recherche|buscar|cerca|newsletter|subscribe|forgot|reset password|passwort vergessen/
const goOn =
  /^(continue|next|submit|save|send|ok|go|weiter|absenden|senden|speichern|suivant|continuer|envoyer|siguiente|continuar|enviar|avanti|invia|seguinte|volgende|verzenden|dalej|wyslij|nasta|neste|naeste|далее|отправить|次へ|送信|下一步|提交|다음|확인)/
const notSubmit =
  /cancel|back|abort|reset|clear|show|hide|generate|google|facebook|github|apple|microsoft|twitter|sso|abbrechen|zuruck|annuler|cancelar|annulla|отмена|назад/

/** The form that a new user would fill in, or undefined where the page shows none. */
export function chooseForm(page: PageDescription): ChosenForm | undefined {
  const groups = Map.groupBy(page.controls, ({ form }) => form)
  let best: { readonly form: ChosenForm; readonly score: number } | undefined
  for (const [index, controls] of groups) {
    const form = describeForm(index, controls, page)
    const score = rate(form, page.forms[index], page)
    if (score >= enough && (best === undefined || score > best.score)) best = { form, score }
  }
  return best?.form
}

/** One field that names the person and a second sign of a sign-up. */
const enough = 3

function describeForm(index: number, controls: readonly ControlDescription[], page: PageDescription): ChosenForm {
  const recognised = recogniseAll(controls.filter(fillable))
  return { index, controls, recognised, submit: chooseSubmit(controls) ?? looseSubmit(index, page) }
}

function rate(form: ChosenForm, described: FormDescription | undefined, page: PageDescription): number {
  const kinds = new Set(form.recognised.map(({ kind }) => kind))
  if (form.controls.some(({ explicit }) => explicit.length > 0)) return 100
  if (!kinds.has('email') && !kinds.has('username')) return 0
  const passwords = form.controls.filter(({ type, visible }) => type === 'password' && visible)
  const current = passwords.some(({ autocomplete }) => autocomplete.includes('current-password'))
  let score = kinds.has('email') ? 3 : 1
  if (passwords.length === 1 && !current) score += 2
  if (kinds.has('passwordConfirm') || passwords.length > 1) score += 3
  for (const kind of [
    'firstName',
    'lastName',
    'fullName',
    'username',
    'terms',
    'emailConfirm',
    'birthDate',
    'country',
  ] as const)
    if (kinds.has(kind)) score += 1
  const words = plain(
    [
      form.submit?.label,
      described?.heading,
      spaced(described?.id ?? ''),
      spaced(described?.name ?? ''),
      described?.action,
    ].join(' '),
  )
  const few = form.recognised.length <= 2
  if (signUp.test(words)) score += 2
  else if (logIn.test(words) && few) score -= 4
  else if (few && passwords.length === 1 && signUp.test(plain(`${page.title} ${page.url}`))) score += 1
  if (other.test(words) && few && passwords.length === 0) score -= 2
  return current && few ? score - 4 : score
}

/** The button that sends the form. */
export function chooseSubmit(controls: readonly ControlDescription[]): ControlDescription | undefined {
  const explicit = controls.find((control) => control.explicit.includes('submitSelector'))
  if (explicit !== undefined) return explicit
  const buttons = controls.filter(({ tag, visible, type }) => tag === 'button' && visible && type !== 'reset')
  return (
    best(buttons.filter(({ type }) => type === 'submit' || type === 'image')) ??
    best(buttons.filter(({ label }) => signUp.test(bareLabel(label)) || goOn.test(bareLabel(label))))
  )
}

function best(buttons: readonly ControlDescription[]): ControlDescription | undefined {
  const named = buttons.filter(({ label }) => !notSubmit.test(bareLabel(label)))
  return (
    named.find(({ label }) => signUp.test(bareLabel(label))) ??
    named.find(({ label }) => goOn.test(bareLabel(label))) ??
    named.at(-1) ??
    buttons.at(-1)
  )
}

/** A single-page app may place its button outside of the form. */
function looseSubmit(index: number, page: PageDescription): ControlDescription | undefined {
  const loose = page.controls.filter((control) => control.form !== index)
  return (
    loose.find(({ explicit }) => explicit.includes('submitSelector')) ??
    loose.find(
      ({ tag, visible, form, label }) => tag === 'button' && visible && form === -1 && signUp.test(bareLabel(label)),
    )
  )
}
