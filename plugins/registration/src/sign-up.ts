import type { Authorisation } from '@refbot/plugin-sdk'
import type { ElementHandle, Page } from 'playwright-core'
import type { RegistrationConfig } from './config.ts'
import { controlName } from './fields/control.ts'
import type { ChosenForm } from './fields/form.ts'
import { describeUnmapped, type FillPlan, planFill } from './fields/plan.ts'
import type { FieldKind } from './fields/vocabulary.ts'
import type { Identity } from './identity/identity.ts'
import { makePassword, passwordRules } from './identity/password.ts'
import { confirmByMail } from './mail/confirm.ts'
import type { Inbox } from './mail/inbox.ts'
import type { Verdict } from './outcome/classify.ts'
import { awaitOutcome } from './page/await-outcome.ts'
import { aim } from './page/enter.ts'
import { fillForm, releaseButton } from './page/fill-form.ts'
import { findForm } from './page/find-form.ts'
import { withElement } from './page/form-page.ts'
import { readVitals } from './page/vitals.ts'
import { PageWatch } from './page/watch.ts'
import { scrubber } from './scrub.ts'
import { type FoundForm, leftOrigin, type Session } from './session.ts'
import type { Confirmation, MatchedField, PageVitals, SubmissionStep } from './submission.ts'

export interface SignUpOptions {
  readonly config: RegistrationConfig
  readonly authorisation: Authorisation
  readonly identity: Identity
  /** Where the mail arrives that confirms it. */
  readonly inbox?: Inbox | undefined
  /** Epoch milliseconds. */
  readonly deadline: number
  readonly now: () => number
  /** A whole number from 0 to below `below`, that nobody can foresee. */
  readonly randomInt: (below: number) => number
  /** Called with all fields filled; the form is sent once it resolves. */
  beforeSubmit(): Promise<void>
  step<T>(name: SubmissionStep['name'], work: () => Promise<T>): Promise<T>
}

/** A form as it was understood. */
export interface Inspected {
  readonly form: ChosenForm
  readonly plan: FillPlan
}

/** A wizard has no more pages than this. */
const maxForms = 12

/**
 * One sign-up on one page: opens it, finds the form, fills it in, sends it, and tells what came of it; again for each
 * further page of a wizard. What is known so far can be read at any time, since a page may break or hang anywhere.
 */
export class SignUp implements Disposable {
  readonly watch: PageWatch
  readonly matched: MatchedField[] = []
  /** A form was sent, or is just being sent. */
  submitted = false
  /** Forms that were sent before the one at hand. */
  earlierForms = 0
  vitals: PageVitals | undefined
  confirmation: Confirmation | undefined
  #password: string | undefined
  readonly #given = new Set<FieldKind>()
  readonly #options: SignUpOptions
  readonly #session: Session

  constructor(page: Page, options: SignUpOptions) {
    this.#options = options
    const { config, authorisation, identity, now, deadline } = options
    const origins = new Set([authorisation.origin, ...authorisation.submitOrigins])
    this.watch = new PageWatch(page, { origins, email: identity.email, now })
    this.#session = {
      page,
      watch: this.watch,
      config,
      authorisation,
      now,
      left: () => Math.max(1, deadline - now()),
      plan: (form) => this.#plan(form),
    }
  }

  [Symbol.dispose](): void {
    this.watch[Symbol.dispose]()
  }

  async run(): Promise<Verdict> {
    let found = await this.#find()
    for (let form = 0; form < maxForms && !('outcome' in found); form++) found = await this.#oneForm(found)
    if (!('outcome' in found))
      return { outcome: 'no_confirmation', reason: `The form had more than ${maxForms} steps.` }
    return found.outcome === 'success' ? this.#confirm(found) : found
  }

  async #confirm(accepted: Verdict): Promise<Verdict> {
    const { inbox, identity, step } = this.#options
    if (inbox === undefined) return accepted
    const confirmed = await step('confirm', () => confirmByMail(this.#session, inbox, identity.email))
    this.confirmation = confirmed.confirmation
    return confirmed.verdict
  }

  /** Opens the page and says how its form would be filled in, without touching it. */
  async inspect(): Promise<Inspected | Verdict> {
    const found = await this.#find()
    if ('outcome' in found) return found
    const plan = this.#plan(found.form)
    this.#note(plan)
    return { form: found.form, plan }
  }

  async #find(): Promise<FoundForm | Verdict> {
    const { step } = this.#options
    return (await step('open', () => this.#open())) ?? step('detect', () => findForm(this.#session))
  }

  async #open(): Promise<Verdict | undefined> {
    const { page, left } = this.#session
    const response = await page.goto(this.#options.config.url, { waitUntil: 'domcontentloaded', timeout: left() })
    const status = response?.status() ?? 200
    if (this.watch.left !== undefined) return leftOrigin(this.watch.left)
    if (status === 429) return { outcome: 'rate_limited', reason: 'The site answered the page with 429.' }
    if (status === 403) return { outcome: 'challenged', reason: 'The site answered the page with 403.' }
    if (status >= 500) return { outcome: 'site_error', reason: `The site answered the page with ${status}.` }
    return status >= 400 ? { outcome: 'page_missing', reason: `The site answered the page with ${status}.` } : undefined
  }

  async #oneForm(found: FoundForm): Promise<Verdict | FoundForm> {
    const { step } = this.#options
    const first = this.#plan(found.form)
    this.#note(first)
    const unfit = judgePlan(first)
    if (unfit !== undefined) return unfit
    const filled = await step('fill', () => fillForm(this.#session, found, first))
    if ('outcome' in filled) return filled
    this.#note(filled.plan)
    return judgePlan(filled.plan) ?? step('submit', () => this.#submit({ ...found, ...filled }))
  }

  async #submit(filled: FoundForm & { readonly plan: FillPlan }): Promise<Verdict | FoundForm> {
    const { plan } = filled
    const kept = await releaseButton(this.#session, filled)
    if (kept !== undefined) return kept
    const { page } = this.#session
    // The page's own figures go with it, so they are read now; nobody waits for them longer than for the store.
    const [vitals, send] = await Promise.all([
      this.vitals ?? page.evaluate(readVitals).catch(() => undefined),
      this.#aim(filled),
      this.#options.beforeSubmit(),
    ])
    this.vitals = vitals
    this.watch.startSubmit()
    this.submitted = true
    for (const { kind } of plan.fields) this.#given.add(kind)
    await send()
    const outcome = await awaitOutcome(this.#session, { ...filled, given: this.#given })
    if ('outcome' in outcome) return outcome
    // A step that the page keeps to itself has sent nothing yet.
    if (this.watch.exchange === undefined && this.earlierForms === 0) this.submitted = false
    else this.earlierForms++
    return outcome
  }

  /** What sends the form, once that can be done. */
  async #aim({
    described,
    form: { submit },
    plan,
  }: FoundForm & { readonly plan: FillPlan }): Promise<() => Promise<void>> {
    const { page, left } = this.#session
    if (submit !== undefined) return withElement(described, submit, (button) => aim(page, button, submit, left()))
    const last = plan.fields.at(-1)
    const enter = (field: ElementHandle<Element>) => field.press('Enter', { timeout: left(), noWaitAfter: true })
    return async () => {
      if (last !== undefined) await withElement(described, last.control, enter)
    }
  }

  /** Of this sign-up alone, once its form asked for one. It must not be kept. */
  get password(): string | undefined {
    return this.#password
  }

  /** Text without the password, should a site repeat it. */
  scrub(text: string): string {
    return scrubber(this.#password)(text)
  }

  #plan(form: ChosenForm): FillPlan {
    const { identity, randomInt } = this.#options
    const field = form.recognised.find(({ kind }) => kind === 'password')?.control
    if (field !== undefined) this.#password ??= makePassword(passwordRules(field), randomInt)
    return planFill(form, identity, this.#password ?? '')
  }

  #note({ fields }: FillPlan): void {
    const known = new Set(this.matched.map(({ field, control }) => `${field} ${control}`))
    for (const { kind: field, evidence, detail, control } of fields) {
      const name = controlName(control)
      if (!known.has(`${field} ${name}`)) this.matched.push({ field, evidence, detail, control: name })
    }
  }
}

/** Why a form cannot be filled in; undefined where it can. */
function judgePlan({ captcha, unmapped }: FillPlan): Verdict | undefined {
  if (captcha !== undefined)
    return { outcome: 'captcha', reason: `The form asks for a CAPTCHA (${controlName(captcha)}).` }
  return unmapped.length > 0 ? { outcome: 'unmapped_field', reason: describeUnmapped(unmapped) } : undefined
}
