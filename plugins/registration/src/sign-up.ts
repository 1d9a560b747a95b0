import type { Authorisation } from '@refbot/plugin-sdk'
import type { ElementHandle, Page } from 'playwright-core'
import { type RegistrationConfig, selectorKeys } from './config.ts'
import { type ControlDescription, controlName } from './fields/control.ts'
import { type ChosenForm, chooseForm } from './fields/form.ts'
import { describeUnmapped, type FillPlan, planFill } from './fields/plan.ts'
import type { Identity } from './identity/identity.ts'
import { makePassword, passwordRules } from './identity/password.ts'
import { classify, type Verdict } from './outcome/classify.ts'
import { type DescribedPage, describeFrame, enter, isBetweenDocuments, observe, press } from './page/form-page.ts'
import type { Observation } from './page/observe.ts'
import { PageWatch } from './page/watch.ts'
import type { MatchedField, SubmissionStep } from './submission.ts'

export interface SignUpOptions {
  readonly config: RegistrationConfig
  readonly authorisation: Authorisation
  readonly identity: Identity
  /** Epoch milliseconds. */
  readonly deadline: number
  readonly now: () => number
  /** A whole number from 0 to below `below`, that nobody can foresee. */
  readonly randomInt: (below: number) => number
  /** Called with all fields filled; the form is sent once it resolves. */
  beforeSubmit(): Promise<void>
  step<T>(name: SubmissionStep['name'], work: () => Promise<T>): Promise<T>
}

/** How long a form may take to show after the page has loaded, in milliseconds. */
const formTime = 5000
/** Between two looks at the page, in milliseconds. */
const lookEvery = 50

/**
 * One sign-up on one page: opens it, finds the form, fills it in, sends it, and tells what came of it.
 * What is known so far can be read at any time, since a page may break or hang anywhere.
 */
export class SignUp implements Disposable {
  readonly watch: PageWatch
  matched: readonly MatchedField[] = []
  /** The form was sent, or is just being sent. */
  submitted = false
  readonly #page: Page
  readonly #options: SignUpOptions

  constructor(page: Page, options: SignUpOptions) {
    this.#page = page
    this.#options = options
    const { authorisation, identity, now } = options
    const origins = new Set([authorisation.origin, ...authorisation.submitOrigins])
    this.watch = new PageWatch(page, { origins, email: identity.email, now })
  }

  [Symbol.dispose](): void {
    this.watch[Symbol.dispose]()
  }

  async run(): Promise<Verdict> {
    const { step } = this.#options
    const opened = await step('open', () => this.#open())
    if (opened !== undefined) return opened
    const found = await step('detect', () => this.#detect())
    if ('outcome' in found) return found
    const filled = await step('fill', () => this.#fill(found))
    if (filled !== undefined) return filled
    return step('submit', () => this.#submit(found))
  }

  async #open(): Promise<Verdict | undefined> {
    const response = await this.#page.goto(this.#options.config.url, {
      waitUntil: 'domcontentloaded',
      timeout: this.#left(),
    })
    const status = response?.status() ?? 200
    if (this.watch.left !== undefined) return left(this.watch.left)
    if (status === 429) return { outcome: 'rate_limited', reason: 'The site answered the page with 429.' }
    if (status === 403) return { outcome: 'challenged', reason: 'The site answered the page with 403.' }
    if (status >= 500) return { outcome: 'site_error', reason: `The site answered the page with ${status}.` }
    return status >= 400 ? { outcome: 'page_missing', reason: `The site answered the page with ${status}.` } : undefined
  }

  async #detect(): Promise<Found | Verdict> {
    const { now } = this.#options
    const until = Math.min(this.#options.deadline, now() + formTime)
    const explicit: Record<string, ElementHandle<Element>> = {}
    for (const key of selectorKeys) {
      const selector = this.#options.config[key]
      if (selector === undefined) continue
      const element = await this.#explicit(selector, until)
      if (element === undefined) return { outcome: 'selector_missing', reason: `${key} matches nothing: ${selector}` }
      explicit[key] = element
    }
    for (;;) {
      if (this.watch.left !== undefined) return left(this.watch.left)
      try {
        const [described, shown] = await Promise.all([
          describeFrame(this.#page.mainFrame(), explicit),
          observe(this.#page),
        ])
        if (shown !== undefined) {
          if (shown.captcha !== '') return { outcome: 'captcha', reason: `The page shows a ${shown.captcha}.` }
          if (shown.challenge !== '') return { outcome: 'challenged', reason: `The page shows a ${shown.challenge}.` }
          const form = chooseForm(described.description)
          if (form !== undefined) return this.#plan(described, form, shown)
        }
      } catch (error) {
        if (!isBetweenDocuments(error)) throw error
      }
      if (now() >= until) return { outcome: 'no_form', reason: 'No sign-up form showed on the page.' }
      await this.watch.change(lookEvery)
    }
  }

  async #explicit(selector: string, until: number): Promise<ElementHandle<Element> | undefined> {
    try {
      const timeout = Math.max(1, until - this.#options.now())
      const element = await this.#page.locator(selector).first().elementHandle({ timeout })
      return element as ElementHandle<Element>
    } catch (error) {
      if (this.#page.isClosed() || isBetweenDocuments(error)) throw error
      return undefined
    }
  }

  #plan(described: DescribedPage, form: ChosenForm, shown: Observation): Found | Verdict {
    const { identity, randomInt } = this.#options
    const field = form.recognised.find(({ kind }) => kind === 'password')?.control
    const password = field === undefined ? '' : makePassword(passwordRules(field), randomInt)
    const plan = planFill(form, identity, password)
    this.matched = plan.fields.map(({ kind, evidence, detail, control }) => ({
      field: kind,
      evidence,
      detail,
      control: controlName(control),
    }))
    if (plan.captcha !== undefined) {
      const name = controlName(plan.captcha)
      return { outcome: 'captcha', reason: `The form asks for a CAPTCHA (${name}).` }
    }
    if (plan.unmapped.length > 0) return { outcome: 'unmapped_field', reason: describeUnmapped(plan.unmapped) }
    return { described, form, plan, shown }
  }

  async #fill({ described, plan }: Found): Promise<Verdict | undefined> {
    for (const field of plan.fields) {
      await enter(await described.element(field.control), field, this.#left())
      if (this.watch.left !== undefined) return left(this.watch.left)
    }
    return undefined
  }

  async #submit({ described, form, plan, shown }: Found): Promise<Verdict> {
    const { beforeSubmit, now } = this.#options
    const last = plan.fields.at(-1)
    const lastElement = last === undefined ? undefined : await described.element(last.control)
    const button = form.submit === undefined ? undefined : await described.element(form.submit)
    if (form.submit?.disabled === true) {
      // Forms that check each field when it is left: leave the last one.
      await lastElement?.press('Tab', { timeout: this.#left() })
      await button?.waitForElementState('enabled', { timeout: Math.min(this.#left(), formTime) })
    }
    await beforeSubmit()
    this.watch.startSubmit()
    this.submitted = true
    if (button !== undefined) await press(button, this.#left())
    else await lastElement?.press('Enter', { timeout: this.#left(), noWaitAfter: true })
    let now_ = shown
    let changedAt = now()
    for (;;) {
      if (this.watch.left !== undefined) return left(this.watch.left)
      const over = this.#left() <= 1 || this.#isOver(changedAt)
      const [seen, formShown, selectorShown] = await Promise.all([
        observe(this.#page),
        this.#formShown(plan),
        this.#successSelector(),
      ])
      if (seen !== undefined && formShown !== undefined) {
        if (JSON.stringify(seen) !== JSON.stringify(now_)) changedAt = now()
        now_ = seen
        const verdict = classify({
          before: shown,
          now: seen,
          formShown,
          exchange: this.watch.exchange,
          documentStatus: this.watch.documentStatus,
          quietMs: now() - Math.max(changedAt, this.watch.changedAt),
          conditions: this.#options.config.success,
          selectorShown,
          dialogs: this.watch.dialogs,
          over,
        })
        if (verdict !== undefined) return verdict
      }
      await this.watch.change(lookEvery)
    }
  }

  /** With an answer but no word of success or failure, waiting longer than this tells nothing more. */
  #isOver(changedAt: number): boolean {
    const { exchange } = this.watch
    const quiet = this.#options.now() - Math.max(changedAt, this.watch.changedAt)
    const pending = exchange !== undefined && exchange.status === undefined && !exchange.failed
    return !pending && !this.watch.navigating && quiet > formTime
  }

  /** How much of the filled form is still there, 0 to 1. */
  async #formShown(plan: FillPlan): Promise<number | undefined> {
    try {
      const { description } = await describeFrame(this.#page.mainFrame(), {})
      const shown = new Set(description.controls.filter(({ visible }) => visible).map(signature))
      const filled = plan.fields.map(({ control }) => signature(control))
      return filled.length === 0 ? 0 : filled.filter((name) => shown.has(name)).length / filled.length
    } catch (error) {
      if (isBetweenDocuments(error)) return undefined
      throw error
    }
  }

  async #successSelector(): Promise<boolean> {
    const selector = this.#options.config.success?.selector
    if (selector === undefined) return false
    return this.#page
      .locator(selector)
      .first()
      .isVisible()
      .catch(() => false)
  }

  /** Milliseconds, at least 1, since Playwright takes 0 for no limit. */
  #left(): number {
    return Math.max(1, this.#options.deadline - this.#options.now())
  }
}

interface Found {
  readonly described: DescribedPage
  readonly form: ChosenForm
  readonly plan: FillPlan
  readonly shown: Observation
}

function signature({ tag, type, name, id, label, placeholder }: ControlDescription): string {
  return [tag, type, name, id, label, placeholder].join('|')
}

function left(origin: string): Verdict {
  return {
    outcome: 'left_authorised_origin',
    reason: `The page went to ${origin}, whose owner has not agreed.`,
  }
}
