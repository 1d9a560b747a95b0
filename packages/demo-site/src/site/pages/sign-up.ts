import { type Draft, wizardSteps } from '../drafts.ts'
import type { FormVariant } from '../faults.ts'
import type { FieldErrors, FieldName, SignUpFields } from '../fields.ts'
import { type Html, html } from '../html.ts'
import { drawFields, errorSummary } from './fields.ts'

const order: readonly FieldName[] = [
  'firstName',
  'lastName',
  'email',
  'website',
  'password',
  'passwordConfirmation',
  'country',
  'terms',
]

/** The sign-up page in one of its one-page variants. */
export function signUpPage(
  variant: Exclude<FormVariant, 'wizard' | 'captcha'>,
  fields: SignUpFields,
  errors: FieldErrors,
): Html {
  switch (variant) {
    case 'plain':
      return frame(form({ fields, errors, gated: false }))
    case 'gated':
      return frame(form({ fields, errors, gated: true }))
    case 'shadow':
      return frame(
        html`<sign-up-form><template shadowrootmode="open"><link rel="stylesheet" href="/site.css">${form({ fields, errors, gated: false })}</template></sign-up-form>`,
      )
    case 'spa':
      return frame(html`<div id="app" aria-live="polite"><noscript><p>This page needs JavaScript.</p></noscript></div>`)
  }
}

/** One page of the wizard. */
export function wizardPage(id: string, { step, fields }: Draft, errors: FieldErrors): Html {
  const last = step === wizardSteps.length - 1
  const { title, fields: names } = wizardSteps[step] ?? { title: '', fields: [] }
  return frame(html`<form class="sign-up" method="post" action="/signup" data-sign-up>
  ${errorSummary(errors)}
  <p class="progress">Step ${step + 1} of ${wizardSteps.length}</p>
  <h2>${title}</h2>
  <input type="hidden" name="draft" value="${id}"><input type="hidden" name="step" value="${step}">
  ${drawFields(names, { fields, errors })}
  <button type="submit" class="button wide">${last ? 'Create account' : 'Continue'}</button>
</form>`)
}

/** What stands in place of the form when the site wants to know whether a person is there. No answer is ever right. */
export const challengePage: Html = html`
<section class="narrow card">
  <h1>Are you human?</h1>
  <p>Our site had unusual traffic. Solve the CAPTCHA to go on to the sign-up.</p>
  <form class="sign-up captcha" method="post" action="/signup">
    <img src="/captcha.svg" width="240" height="80" alt="CAPTCHA: a picture with distorted letters">
    <div class="field"><label for="captcha">Letters in the picture</label><input id="captcha" name="captcha" type="text" autocomplete="off" autocapitalize="none" spellcheck="false" required></div>
    <button type="submit" class="button wide">I am not a robot</button>
  </form>
</section>`

function form({ fields, errors, gated }: { fields: SignUpFields; errors: FieldErrors; gated: boolean }): Html {
  return html`<form class="sign-up" method="post" action="/signup" data-sign-up ${gated && html`data-gated`}>
  ${errorSummary(errors)}
  ${drawFields(order, { fields, errors })}
  <button type="submit" class="button wide">Create account</button>
</form>`
}

function frame(content: Html): Html {
  return html`
<div class="split">
  <div class="pitch">
    <h1>Create your account</h1>
    <p>Free for three books and as many readers as you like.</p>
    <ul class="ticks"><li>Everybody’s entries on one page</li><li>Search by day, person or word</li><li>Take your books with you whenever you leave</li></ul>
  </div>
  <div class="card">${content}</div>
</div>`
}
