import type { ControlDescription, PageDescription } from './control.ts'
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

const signUp = new RegExp(
  [
    'sign ?up|registr|register|create (an? |your |my )?((free|new) )?(account|user|login|profile)|join|get started|new account|become a member',
    'konto (erstellen|anlegen|eroffnen)|anmeldung',
    "s'?inscrire|inscription|cree[rz] (un |mon |votre |ton )?(nouveau )?compte|rejoign",
    'crear? (una |tu |su )?(nueva )?cuenta|\\bunete\\b|regist(rar|rate)',
    'iscriviti|crea (un |la tua |il tuo )?(nuovo )?(account|utenza|profilo)',
    'cri(ar|e) (a |uma |a sua |sua )?(nova )?conta|cadastr|junte-se',
    'aanmelden|maak .{0,12}account|account (aan)?maken',
    'zarejestruj|(zaloz|utworz) (nowe )?konto|dolacz',
    'skapa (ett |ditt )?(nytt )?konto|opp?rett? .{0,20}konto|bli medlem|bliv medlem',
    'vytvor(it|eni) .{0,10}\\buc(et|tu)\\b|zaregistr',
    'kayit ol|uye ol|hesap olustur|hesabinizi olustur',
    'зарегистр|регистрац|создать .{0,12}(аккаунт|учетную запись)|присоедини',
    '登録|アカウント.?作成|注册|註冊|(创建|建立|新建).{0,4}[帐账帳][号號户戶]|가입|계정 ?(만들기|생성)',
  ].join('|'),
)
const logIn =
  /log ?in|sign ?in|anmelden$|einloggen|se connecter|connexion|iniciar sesion|entrar|accedi|inloggen|zaloguj|logga in|logg inn|log ind|giris|войти|вход|ログイン|登录|登入|로그인/
const other = /\bsearch\b|suche|recherche|buscar|cerca|newsletter|subscribe|forgot|reset password|passwort vergessen/
const goOn =
  /^(continue|next|submit|save|send|ok|go|done|finish|create$|start|weiter|absenden|senden|speichern|suivant|continuer|envoyer|siguiente|continuar|enviar|avanti|invia|seguinte|volgende|verzenden|dalej|wyslij|nasta|neste|naeste|далее|отправить|次へ|送信|下一步|提交|다음|확인)/
const notSubmit =
  /cancel|back|abort|reset|clear|show|hide|generate|google|facebook|github|apple|microsoft|twitter|sso|abbrechen|zuruck|annuler|cancelar|annulla|отмена|назад/

/** The form that a new user would fill in, or undefined where the page shows none. */
export function chooseForm(page: PageDescription): ChosenForm | undefined {
  let best: { readonly form: ChosenForm; readonly score: number } | undefined
  for (const form of formsOf(page)) {
    const score = rate(form, page)
    if (score >= enough && (best === undefined || score > best.score)) best = { form, score }
  }
  return best?.form
}

/** All forms of a page; controls outside of every form count as one. */
export function formsOf(page: PageDescription): readonly ChosenForm[] {
  const groups = Map.groupBy(page.controls, ({ form }) => form)
  return [...groups].map(([index, controls]) => describeForm(index, controls, page))
}

/** A form for people who have an account already. */
export function isLogIn(form: ChosenForm, page: PageDescription): boolean {
  const kinds = new Set(form.recognised.map(({ kind }) => kind))
  const passwords = form.controls.filter(({ type, visible }) => type === 'password' && visible)
  const few = form.recognised.length <= 2 && passwords.length <= 1 && !kinds.has('firstName')
  const current = passwords.some(({ autocomplete }) => autocomplete.includes('current-password'))
  return few && (current || (logIn.test(wordsOf(form, page)) && !signUp.test(wordsOf(form, page))))
}

/** A link or button that leads to the form, where the page shows none yet. */
export function chooseOpener(page: PageDescription): ControlDescription | undefined {
  const here = page.url.split('#')[0]
  const fitting = page.controls.filter(({ tag, type, visible, label, value }) => {
    const words = bareLabel(label)
    const leads = type !== 'link' || isScript(value) || (value.split('#')[0] !== here && sameOrigin(value, page.url))
    return (
      tag === 'button' &&
      visible &&
      leads &&
      words.length <= 60 &&
      (signUp.test(words) || newHere.test(words)) &&
      !notSubmit.test(words)
    )
  })
  return fitting.find(({ type }) => type === 'link') ?? fitting[0]
}

/** A link that only runs a script. */
function isScript(address: string): boolean {
  return address.endsWith('#') || address.startsWith('javascript:')
}

const newHere =
  /^create one$|^(i )?(agree|accept)( to)?( these| the| all)? (terms|rules|conditions)|new here|no account|don'?t have an account|not a member|noch kein konto|pas encore|no tienes cuenta|nog geen account|нет аккаунта/

function sameOrigin(one: string, other: string): boolean {
  return URL.parse(one)?.origin === URL.parse(other)?.origin
}

function wordsOf(form: ChosenForm, page: PageDescription): string {
  const described = page.forms[form.index]
  return plain(
    [
      form.submit?.label,
      described?.heading,
      spaced(described?.id ?? ''),
      spaced(described?.name ?? ''),
      described?.action,
    ].join(' '),
  )
}

/** One field that names the person and a second sign of a sign-up. */
const enough = 3

function describeForm(index: number, controls: readonly ControlDescription[], page: PageDescription): ChosenForm {
  const recognised = recogniseAll(controls.filter(fillable))
  return { index, controls, recognised, submit: chooseSubmit(controls) ?? looseSubmit(index, page) }
}

function rate(form: ChosenForm, page: PageDescription): number {
  const kinds = new Set(form.recognised.map(({ kind }) => kind))
  if (form.controls.some(({ explicit }) => explicit.length > 0)) return 100
  if (isLogIn(form, page)) return 0
  const words = wordsOf(form, page)
  const says = signUp.test(words)
  const names = (['firstName', 'lastName', 'fullName'] as const).filter((kind) => kinds.has(kind)).length
  // The first page of several may ask for the name alone.
  if (!kinds.has('email') && !kinds.has('username') && !(names > 0 && says)) return 0
  const passwords = form.controls.filter(({ type, visible }) => type === 'password' && visible)
  let score = kinds.has('email') ? 3 : kinds.has('username') ? 1 : 0
  if (passwords.length === 1) score += 2
  if (kinds.has('passwordConfirm') || passwords.length > 1) score += 3
  for (const kind of ['username', 'terms', 'emailConfirm', 'birthDate', 'country'] as const)
    if (kinds.has(kind)) score += 1
  score += names
  if (says) score += 2
  const few = form.recognised.length <= 2
  if (other.test(words) && few && passwords.length === 0) score -= 2
  return score
}

/** The button that sends the form: rather behind its last password, its e-mail or its first field than in the page's head. */
export function chooseSubmit(controls: readonly ControlDescription[]): ControlDescription | undefined {
  const explicit = controls.find((control) => control.explicit.includes('submitSelector'))
  if (explicit !== undefined) return explicit
  const shown = controls.filter(({ visible }) => visible)
  const buttons = shown.filter(
    ({ tag, type, value }) =>
      tag === 'button' && !/^(reset|opener)$/.test(type) && (type !== 'link' || isScript(value)),
  )
  const field =
    shown.findLast(({ type }) => type === 'password') ??
    shown.find(({ type }) => type === 'email') ??
    shown.find(fillable)
  const behind = buttons.filter(({ index }) => index > (field?.index ?? -1))
  return pickSubmit(behind) ?? pickSubmit(buttons)
}

function pickSubmit(buttons: readonly ControlDescription[]): ControlDescription | undefined {
  return (
    best(buttons.filter(({ type }) => type === 'submit' || type === 'image')) ??
    best(buttons.filter(({ label }) => signUp.test(bareLabel(label)) || goOn.test(bareLabel(label)))) ??
    onlyOne(buttons.filter(({ label, type }) => type !== 'link' && label !== '' && !notSubmit.test(bareLabel(label))))
  )
}

function onlyOne(buttons: readonly ControlDescription[]): ControlDescription | undefined {
  return buttons.length === 1 ? buttons[0] : undefined
}

function best(buttons: readonly ControlDescription[]): ControlDescription | undefined {
  const named = buttons.filter(({ label }) => !notSubmit.test(bareLabel(label)))
  return (
    named.find(({ label }) => signUp.test(bareLabel(label))) ??
    named.find(({ label }) => goOn.test(bareLabel(label))) ??
    named.findLast(({ label }) => !logIn.test(bareLabel(label))) ??
    named.at(-1) ??
    buttons.at(-1)
  )
}

/** A single-page app may place its button outside of the form. */
function looseSubmit(index: number, page: PageDescription): ControlDescription | undefined {
  const loose = page.controls.filter((control) => control.form !== index && control.type !== 'link')
  return (
    loose.find(({ explicit }) => explicit.includes('submitSelector')) ??
    loose.find(
      ({ tag, visible, form, label }) => tag === 'button' && visible && form === -1 && signUp.test(bareLabel(label)),
    )
  )
}
