import { type ActionContext, PluginError } from '@refbot/plugin-sdk'
import { z } from 'zod'
import { agreementFor } from '../agreement.ts'
import { pageUrl, type RegistrationConfig } from '../config.ts'
import { endOf } from '../ending.ts'
import { type ControlDescription, controlName } from '../fields/control.ts'
import { fillable } from '../fields/fillable.ts'
import { makeIdentity } from '../identity/identity.ts'
import type { Verdict } from '../outcome/classify.ts'
import { takeScreenshot } from '../page/screenshot.ts'
import { brokenPage, untilOver } from '../page/until-over.ts'
import { leasePage } from '../proxies.ts'
import { type Inspected, SignUp } from '../sign-up.ts'
import type { MatchedField } from '../submission.ts'
import type { BatchTools } from '../submit-one.ts'

export const inspectInput = z.strictObject({
  url: pageUrl.describe('The page with the form. Its owner must have agreed (loopback needs no agreement).'),
})

/** A field with what would be done to it. */
export type InspectedField = MatchedField & { readonly action: 'fill' | 'select' | 'check' | 'choose' }

export type InspectedControl = { readonly control: string; readonly label: string }

export type InspectResult = {
  readonly url: string
  /** Whether a sign-up could be sent. */
  readonly ready: boolean
  /** One sentence. */
  readonly finding: string
  readonly fields: readonly InspectedField[]
  /** Required, and not understood. */
  readonly unmapped: readonly InspectedControl[]
  /** Seen, and left as they are: optional fields, and what is hidden from people. */
  readonly leftAlone: readonly InspectedControl[]
  /** The button that would be pressed; null where Enter would be. */
  readonly submit: string | null
  readonly authorisationHash: string
  /** The name of an artifact. */
  readonly screenshot?: string
}

type Context = ActionContext<RegistrationConfig, z.output<typeof inspectInput>>

/**
 * Says how the form of a page would be filled in, and on what evidence. Nothing is entered and nothing is sent.
 * @throws PluginError `FORM_NOT_FOUND`, `SITE_REFUSED`, `LEFT_AUTHORISED_ORIGIN`, and the host's own
 */
export async function inspectForm(context: Context, tools: BatchTools): Promise<InspectResult> {
  const { input, run, signal } = context
  const config = { ...context.config, url: input.url }
  const { authorisation, emailDomain, hash } = await agreementFor(context, config)
  await using leased = await leasePage({ ...context, config }, authorisation, [])
  const { page } = leased
  if (page === undefined) throw new Error('A first page is always there or an error.')
  using signUp = new SignUp(page, {
    config,
    authorisation,
    identity: makeIdentity({ seed: config.seed ?? run.id, index: 0, domain: emailDomain }),
    deadline: tools.now() + config.timeoutMs,
    ...tools,
    beforeSubmit: async () => {
      throw new Error('An inspection sends nothing.')
    },
    step: (name, work) => context.step(name, work),
  })
  const seen = await untilOver(() => signUp.inspect(), { ms: config.timeoutMs, signal })
  const found = 'value' in seen ? seen.value : brokenPage(seen, signUp)
  const screenshot = await takeScreenshot(context, page, 'inspect.png')
  const { refusal } = await page.egress()
  if (refusal !== undefined) throw failure({ outcome: refusal, reason: 'The site refused the page.' })
  if ('outcome' in found) throw failure(found)
  return {
    url: input.url,
    ...describe(found),
    authorisationHash: hash,
    ...(screenshot === undefined ? {} : { screenshot }),
  }
}

function describe({ form, plan }: Inspected) {
  const { fields, unmapped, captcha } = plan
  const used = new Set([...fields.map(({ control }) => control), ...unmapped].map(({ index }) => index))
  const groups = new Set(fields.filter(({ control }) => control.type === 'radio').map(({ control }) => control.name))
  const leftAlone = form.controls.filter(
    (control) =>
      isField(control) && !used.has(control.index) && !(control.type === 'radio' && groups.has(control.name)),
  )
  const finding =
    captcha !== undefined
      ? `The form asks for a CAPTCHA (${controlName(captcha)}); nothing would be sent.`
      : unmapped.length > 0
        ? `${unmapped.length} of the required fields were not understood; nothing would be sent.`
        : `The form is understood: ${fields.length} fields.`
  return {
    ready: captcha === undefined && unmapped.length === 0,
    finding,
    fields: fields.map(({ kind, evidence, detail, control, action }): InspectedField => {
      return { field: kind, evidence, detail, control: controlName(control), action: action.do }
    }),
    unmapped: unmapped.map(named),
    leftAlone: leftAlone.map(named),
    submit: form.submit === undefined ? null : controlName(form.submit),
  }
}

function isField(control: ControlDescription): boolean {
  return control.tag !== 'button' && (fillable(control) || !control.visible || control.ariaHidden)
}

function named(control: ControlDescription): InspectedControl {
  return { control: controlName(control), label: control.label || control.placeholder }
}

function failure({ outcome, reason }: Verdict): PluginError {
  return (
    endOf({ outcome, reason, index: 0 }) ??
    new PluginError('FORM_NOT_FOUND', `${reason} (${outcome})`, {
      reason: outcome,
      retryable: false,
      hint: 'See inspect.png of the run. Selectors in the settings of the plugin lead it to what it does not find.',
    })
  )
}
