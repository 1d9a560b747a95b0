import type { IncomingMessage } from 'node:http'
import { captcha, icon, robots } from './assets/pictures.ts'
import { script } from './assets/script.ts'
import { spaScript } from './assets/spa.ts'
import { style } from './assets/style.ts'
import type { Confirmations } from './confirmations.ts'
import type { Outcome, SignUpDesk, Visitor } from './desk.ts'
import { Drafts, stepWithError, wizardSteps } from './drafts.ts'
import type { SiteBehaviour } from './faults.ts'
import { emptyFields, type FieldErrors, fieldsFromForm, fieldsFromJson, type SignUpFields } from './fields.ts'
import type { Html } from './html.ts'
import { type Answer, assetAnswer, jsonAnswer, pageAnswer, readBody, redirectAnswer } from './http.ts'
import { landing } from './pages/landing.ts'
import { page } from './pages/layout.ts'
import { checkMailPage, noticePage, welcomePage } from './pages/notices.ts'
import { challengePage, signUpPage, wizardPage } from './pages/sign-up.ts'
import { hasErrors, normalise, validate } from './validate.ts'

interface Visit {
  readonly request: IncomingMessage
  readonly query: URLSearchParams
}

type Route = (visit: Visit) => Answer | Promise<Answer>

/** Method by method, path by path. `HEAD` is served as `GET` by the caller. */
export type Routes = Readonly<Record<string, Readonly<Record<string, Route>>>>

export interface RouteOptions {
  readonly behaviour: SiteBehaviour
  readonly desk: SignUpDesk
  readonly newId: () => string
  /** Where the behaviour asks for a mail. */
  readonly confirmations?: Confirmations | undefined
}

export function createRoutes({ behaviour, desk, newId, confirmations }: RouteOptions): Routes {
  const drafts = new Drafts(newId)

  const show = (
    visit: Visit,
    title: string,
    body: Html,
    status = 200,
    headers: Record<string, string> = {},
  ): Answer => {
    const banner = behaviour.banner && !/(?:^|;\s*)consent=/.test(visit.request.headers.cookie ?? '')
    const scripts = behaviour.form === 'spa' && title === signUpTitle ? ['/site.js', '/app.js'] : ['/site.js']
    return pageAnswer(page({ title, body, banner, scripts }), status, headers)
  }

  const showForm = (visit: Visit, fields: SignUpFields, errors: FieldErrors): Answer => {
    const status = hasErrors(errors) ? 422 : 200
    if (behaviour.form === 'captcha') return show(visit, 'Are you human?', challengePage, status)
    if (behaviour.form !== 'wizard') return show(visit, signUpTitle, signUpPage(behaviour.form, fields, errors), status)
    const id = visit.query.get('draft') ?? ''
    return show(visit, signUpTitle, wizardPage(id, drafts.get(id), errors), status)
  }

  const showOutcome = (visit: Visit, outcome: Outcome, invalid: (errors: FieldErrors) => Answer): Answer => {
    switch (outcome.kind) {
      case 'created':
        return redirectAnswer(303, `/welcome?account=${outcome.id}`)
      case 'invalid':
        return invalid(outcome.errors)
      case 'redirected':
        return redirectAnswer(307, outcome.url)
      case 'challenged':
        return show(visit, 'Are you human?', challengePage, 422)
      case 'crashed':
        return show(visit, 'Error', noticePage('Something went wrong', failedText), 500)
      case 'limited':
        return show(visit, 'Too many sign-ups', noticePage('Too many sign-ups', limitedText), 429, {
          'retry-after': String(outcome.retryAfterS),
        })
    }
  }

  const submitForm: Route = async (visit) => {
    const form = new URLSearchParams(await readBody(visit.request, 'application/x-www-form-urlencoded'))
    if (behaviour.form === 'wizard') return submitStep(visit, form)
    const fields = fieldsFromForm(form)
    const outcome = await desk.submit(fields, visitorOf(visit))
    if (outcome.kind === 'created' && confirmations !== undefined) {
      await confirmations.ask(normalise(fields).email)
      return redirectAnswer(303, '/check-mail')
    }
    return showOutcome(visit, outcome, (errors) => showForm(visit, fields, errors))
  }

  const submitStep = async (visit: Visit, form: URLSearchParams): Promise<Answer> => {
    const id = form.get('draft') ?? ''
    const draft = drafts.get(id)
    const last = wizardSteps.length - 1
    // A page can be posted again after going back, but none can be skipped.
    const step = Math.min(Math.max(Number.parseInt(form.get('step') ?? '0', 10) || 0, 0), draft.step)
    const names = wizardSteps[step]?.fields ?? []
    const posted = fieldsFromForm(form)
    const fields = { ...draft.fields, ...Object.fromEntries(names.map((name) => [name, posted[name]])) }
    const again = (at: number, errors: FieldErrors): Answer =>
      show(visit, signUpTitle, wizardPage(id, { step: at, fields }, errors), 422)

    if (step < last) {
      const errors = validate(normalise(fields), names)
      if (hasErrors(errors)) return again(step, errors)
      return redirectAnswer(303, `/signup?draft=${drafts.put(id, { step: step + 1, fields })}`)
    }
    const outcome = await desk.submit(fields, visitorOf(visit))
    if (outcome.kind === 'created') drafts.delete(id)
    return showOutcome(visit, outcome, (errors) => again(stepWithError(errors), errors))
  }

  const submitJson: Route = async (visit) => {
    const text = await readBody(visit.request, 'application/json')
    const body = parseJson(text)
    if (body === undefined) return jsonAnswer({ message: 'The body is not JSON.' }, 400)
    const outcome = await desk.submit(fieldsFromJson(body), visitorOf(visit))
    switch (outcome.kind) {
      case 'created':
        return jsonAnswer({ account: { id: outcome.id } }, 201)
      case 'invalid':
        return jsonAnswer({ message: 'Your account was not created.', errors: outcome.errors }, 422)
      case 'redirected':
        return redirectAnswer(307, outcome.url)
      case 'challenged':
        return jsonAnswer({ message: 'Solve the CAPTCHA first.', captcha: true }, 422)
      case 'crashed':
        return jsonAnswer({ message: failedText }, 500)
      case 'limited':
        return jsonAnswer({ message: limitedText }, 429, { 'retry-after': String(outcome.retryAfterS) })
    }
  }

  return {
    '/': { GET: (visit) => show(visit, 'A shared logbook', landing) },
    '/signup': { GET: (visit) => showForm(visit, emptyFields, {}), POST: submitForm },
    '/welcome': { GET: (visit) => show(visit, 'Welcome', welcomePage(visit.query.get('account') ?? '')) },
    '/check-mail': { GET: (visit) => show(visit, 'Almost there', checkMailPage) },
    '/confirm': {
      GET: (visit) =>
        confirmations?.confirm(visit.query.get('token') ?? '') === true
          ? show(visit, 'Welcome', welcomePage(''))
          : show(visit, 'Not confirmed', noticePage('Not confirmed', 'This link is invalid.'), 410),
    },
    '/api/signup': { POST: submitJson },
    '/api/health': { GET: () => jsonAnswer({ status: 'ok' }) },
    '/site.css': { GET: () => assetAnswer('text/css; charset=utf-8', style) },
    '/site.js': { GET: () => assetAnswer('text/javascript; charset=utf-8', script) },
    '/app.js': { GET: () => assetAnswer('text/javascript; charset=utf-8', spaScript) },
    '/icon.svg': { GET: () => assetAnswer('image/svg+xml', icon) },
    '/captcha.svg': { GET: () => assetAnswer('image/svg+xml', captcha) },
    '/robots.txt': { GET: () => assetAnswer('text/plain; charset=utf-8', robots) },
  }
}

const signUpTitle = 'Create your account'
const failedText = 'Our server failed. Your account was not created.'
const limitedText = 'Your account was not created. Try again in a minute.'
const maxHeaderLength = 400

function visitorOf({ request }: Visit): Visitor {
  const runId = request.headers['x-refbot-run']
  return {
    runId: typeof runId === 'string' && runId !== '' ? runId.slice(0, maxHeaderLength) : null,
    userAgent: (request.headers['user-agent'] ?? '').slice(0, maxHeaderLength),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
