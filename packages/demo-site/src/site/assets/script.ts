/** `/site.js`, a module: what a browser adds to the pages. Without it every page but the SPA still works. */
export const script = `const shadowed = document.querySelector('sign-up-form')
const root = (shadowed && shadowed.shadowRoot) || document
const form = root.querySelector('form[data-sign-up]')

if (form) {
  const submit = form.querySelector('button[type=submit]')
  const password = form.querySelector('#password')
  const repeated = form.querySelector('#password-confirmation')
  const summary = form.querySelector('.error-summary')
  if (summary) summary.focus()

  const compare = () => {
    if (password && repeated) repeated.setCustomValidity(repeated.value === password.value ? '' : 'The two passwords differ.')
  }
  form.addEventListener('input', compare)

  const reveal = form.querySelector('[data-reveal]')
  if (reveal) {
    reveal.hidden = false
    reveal.addEventListener('click', () => {
      const shown = password.type === 'text'
      password.type = shown ? 'password' : 'text'
      reveal.textContent = shown ? 'Show' : 'Hide'
      reveal.setAttribute('aria-pressed', String(!shown))
    })
  }

  if (form.hasAttribute('data-gated')) {
    // Looks when a field is left, as many sites do: the last one has to be left too.
    const gate = () => {
      compare()
      submit.disabled = !form.checkValidity()
    }
    form.addEventListener('change', gate)
    gate()
  }

  form.addEventListener('submit', () => {
    submit.disabled = true
  })
  addEventListener('pageshow', (event) => {
    if (event.persisted) submit.disabled = false
  })
}

const consent = document.querySelector('[data-consent]')
if (consent) {
  consent.querySelector('[role=dialog]').focus()
  consent.addEventListener('click', (event) => {
    const choice = event.target.dataset && event.target.dataset.consentChoice
    if (!choice) return
    document.cookie = 'consent=' + choice + '; path=/; max-age=31536000; samesite=lax'
    consent.remove()
  })
}
`
