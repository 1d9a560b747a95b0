import type { Authorisation } from '@refbot/plugin-sdk'
import type { Page } from 'playwright-core'
import type { RegistrationConfig } from './config.ts'
import type { ChosenForm } from './fields/form.ts'
import type { FillPlan } from './fields/plan.ts'
import type { Verdict } from './outcome/classify.ts'
import type { DescribedPage } from './page/form-page.ts'
import type { Observation } from './page/observe.ts'
import type { PageWatch } from './page/watch.ts'

/** What the parts of one sign-up share. */
export interface Session {
  readonly page: Page
  readonly watch: PageWatch
  readonly config: RegistrationConfig
  readonly authorisation: Authorisation
  /** Epoch milliseconds. */
  now(): number
  /** Milliseconds until the deadline; at least 1, since Playwright takes 0 for no limit. */
  left(): number
  /** Decides what goes into a form; the same password each time. */
  plan(form: ChosenForm): FillPlan
}

/** A form on a page, and what the page showed beside it. */
export interface FoundForm {
  readonly described: DescribedPage
  readonly form: ChosenForm
  readonly shown: Observation
}

export function leftOrigin(origin: string): Verdict {
  return { outcome: 'left_authorised_origin', reason: `The page went to ${origin}, whose owner has not agreed.` }
}
