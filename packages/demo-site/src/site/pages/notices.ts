import { type Html, html } from '../html.ts'

/** The confirmation. The reference is shown only when it looks like one of ours. */
export function welcomePage(account: string): Html {
  const known = /^[0-9a-f-]{36}$/.test(account)
  return html`
<section class="narrow card">
  <p class="done" aria-hidden="true">✓</p>
  <h1>Welcome aboard</h1>
  <p role="status">Your account has been created.</p>
  ${known && html`<p class="hint">Reference <code>${account}</code></p>`}
  <p><a class="link" href="/">Back to the start</a></p>
</section>`
}

export function noticePage(title: string, text: string): Html {
  return html`
<section class="narrow card">
  <h1>${title}</h1>
  <p role="alert">${text}</p>
  <p><a class="link" href="/signup">Back to the sign-up</a></p>
</section>`
}

export const checkMailPage = html`
<section class="narrow card">
  <h1>Check your inbox</h1>
  <p role="status">We sent you a mail with a link that confirms your e-mail address.</p>
</section>`
