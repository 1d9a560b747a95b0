import type { SuccessConditions } from '../config.ts'
import { plain } from '../fields/text.ts'
import type { Observation } from '../page/observe.ts'
import type { Outcome } from '../submission.ts'
import { confirms, isRefusal, refuses, refusingLine } from './words.ts'

/** A recognised outcome and the sentence that says what it was read from. */
export interface Verdict {
  readonly outcome: Outcome
  readonly reason: string
}

/** The request that carried the form. */
export interface SubmitExchange {
  readonly method: string
  readonly url: string
  /** Undefined until the answer's head is there. */
  readonly status: number | undefined
  /** It was a navigation, and not a request of a script. */
  readonly navigation: boolean
  readonly failed: boolean
}

export interface Evidence {
  /** Just before the submit. */
  readonly before: Observation
  readonly now: Observation
  /** How much of the submitted form still shows, 0 to 1. */
  readonly formShown: number
  /** Undefined while no request was seen. */
  readonly exchange: SubmitExchange | undefined
  /** Status of the document that shows now, where it came after the submit. */
  readonly documentStatus: number | undefined
  /** Milliseconds since the page last changed. */
  readonly quietMs: number
  /** Undefined without configured conditions. */
  readonly conditions: SuccessConditions | undefined
  /** Whether the configured selector is shown. */
  readonly selectorShown: boolean
  /** Texts of `alert()` boxes since the submit. */
  readonly dialogs: readonly string[]
  /** The page shows a further step of the same sign-up. */
  readonly nextStep: boolean
  /** No more time to wait. */
  readonly over: boolean
}

/** How long a script's page must stay as it is before its missing form counts, in milliseconds. */
const settled = 150
/** How long messages may take to show after a 4xx, in milliseconds. */
const messageTime = 300

/** The outcome of a submit, `next` where the sign-up goes on with another step, or undefined while it is too early to tell. */
export function classify(evidence: Evidence): Verdict | 'next' | undefined {
  return (
    refusal(evidence) ?? configured(evidence) ?? byDefault(evidence) ?? (evidence.over ? atTheEnd(evidence) : undefined)
  )
}

function refusal({ now, before, exchange, documentStatus }: Evidence): Verdict | undefined {
  const statuses = [exchange?.status, documentStatus]
  if (statuses.includes(429)) return { outcome: 'rate_limited', reason: 'The site answered the submit with 429.' }
  if (now.captcha !== '' && before.captcha === '')
    return { outcome: 'captcha', reason: `After the submit the site shows a ${now.captcha}.` }
  if (now.challenge !== '')
    return { outcome: 'challenged', reason: `After the submit the site shows a ${now.challenge}.` }
  if (statuses.includes(403)) return { outcome: 'challenged', reason: 'The site answered the submit with 403.' }
  const broken = statuses.find((status) => status !== undefined && status >= 500)
  return broken === undefined
    ? undefined
    : { outcome: 'site_error', reason: `The site answered the submit with ${broken}.` }
}

function configured(evidence: Evidence): Verdict | undefined {
  const { conditions, now, exchange, selectorShown } = evidence
  if (conditions === undefined) return undefined
  const { url, text, selector, status } = conditions
  const facts = [
    { given: url, holds: url !== undefined && now.url.includes(url), says: `the address contains "${url}"` },
    {
      given: text,
      holds: text !== undefined && plain(now.lines.join(' ')).includes(plain(text)),
      says: `the page says "${text}"`,
    },
    { given: selector, holds: selectorShown, says: `${selector} is shown` },
    {
      given: status,
      holds: exchange?.status !== undefined && (status ?? []).includes(exchange.status),
      says: `the answer was ${exchange?.status}`,
    },
  ].filter(({ given }) => given !== undefined)
  if (facts.every(({ holds }) => holds))
    return { outcome: 'success', reason: `As configured: ${facts.map(({ says }) => says).join(', and ')}.` }
  if (!evidence.over) return undefined
  const message = refusals(evidence)[0]
  if (message !== undefined) return { outcome: 'rejected', reason: `The site says: ${message}` }
  const missing = facts.filter(({ holds }) => !holds).map(({ says }) => says)
  return { outcome: 'no_confirmation', reason: `Not so, though configured: ${missing.join(', and ')}.` }
}

function byDefault(evidence: Evidence): Verdict | 'next' | undefined {
  const { conditions, now, exchange, documentStatus, quietMs } = evidence
  if (!now.parsed) return undefined
  if (exchange?.failed === true && exchange.status === undefined && quietMs >= settled)
    return { outcome: 'unknown_fate', reason: 'The form was being sent when the connection broke.' }
  const gone = evidence.formShown < 0.5
  const answered = exchange?.status !== undefined
  const moved = exchange?.navigation === true && documentStatus !== undefined
  const message = refusals(evidence)[0] ?? (moved && !gone ? newRefusal(evidence) : undefined)
  // A script may mark fields while its request is still on its way.
  const waiting = exchange !== undefined && !answered && !exchange.failed
  if (message !== undefined && !waiting && !now.busy)
    return { outcome: 'rejected', reason: `The site says: ${message}` }
  const status = Math.max(exchange?.status ?? 0, documentStatus ?? 0)
  if (status >= 400 && quietMs >= messageTime)
    return { outcome: 'rejected', reason: `The site answered the submit with ${status}.` }
  if (status >= 400 || waiting) return undefined
  if (evidence.nextStep && gone && !now.busy && (moved || quietMs >= settled)) return 'next'
  if (conditions !== undefined) return undefined
  const confirmation = confirmations(evidence)[0]
  if (confirmation !== undefined && (gone || quietMs >= settled))
    return { outcome: 'success', reason: `The page says: ${confirmation}` }
  if (!gone || now.busy) return undefined
  const instead = moved || (answered && quietMs >= settled) ? newRefusal(evidence) : undefined
  if (instead !== undefined) return { outcome: 'rejected', reason: `The site says: ${instead}` }
  if (moved) return { outcome: 'success', reason: `The form is gone; the page is now ${describePlace(now)}.` }
  return answered && quietMs >= settled
    ? { outcome: 'success', reason: `The form is gone, after an answer of ${exchange.status}.` }
    : undefined
}

function atTheEnd(evidence: Evidence): Verdict {
  const { exchange, formShown, now, documentStatus } = evidence
  if (exchange === undefined) {
    return formShown < 0.5
      ? {
          outcome: 'success',
          reason: `The form is gone, though no request was seen; the page is now ${describePlace(now)}.`,
        }
      : { outcome: 'no_confirmation', reason: 'The submit sent nothing, and the page gave no reason.' }
  }
  if (exchange.status === undefined)
    return { outcome: 'unknown_fate', reason: 'The submit was sent, and no answer came in time.' }
  if (exchange.navigation && documentStatus === undefined)
    return {
      outcome: 'unknown_fate',
      reason: `The submit was answered with ${exchange.status}, and the page after it did not open.`,
    }
  const line = formShown < 0.5 ? undefined : newRefusal(evidence)
  if (line !== undefined) return { outcome: 'rejected', reason: `The site says: ${line}` }
  return {
    outcome: 'no_confirmation',
    reason: `The site answered with ${exchange.status}, and the form still shows without a message.`,
  }
}

/**
 * Messages that were not there before the submit and refuse it. A box that neither refuses nor confirms is a refusal
 * only beside the form: elsewhere it may announce anything, such as the title of the next page.
 */
function refusals({ before, now, dialogs, formShown }: Evidence): readonly string[] {
  const old = new Set([...before.errors, ...before.invalid, ...before.notices])
  const besideForm = (text: string) => formShown >= 0.5 && !confirms(text)
  const fresh = (texts: readonly string[]) => texts.filter((text) => !old.has(text))
  return [
    ...fresh(now.errors).filter((text) => isRefusal(text) || besideForm(text)),
    ...fresh(now.invalid),
    ...fresh([...now.notices, ...dialogs]).filter(isRefusal),
  ]
}

/** A text that was not there before and refuses the form, whatever its markup. */
function newRefusal({ before, now }: Evidence): string | undefined {
  const old = new Set(before.lines)
  return refusingLine(now.lines, (line) => !old.has(line))
}

/** Texts that were not there before the submit and confirm it. */
function confirmations({ before, now, dialogs }: Evidence): readonly string[] {
  const old = new Set([...before.lines, ...before.notices, ...before.errors])
  return [...now.notices, ...now.errors, ...dialogs, ...now.lines].filter(
    (text) => !old.has(text) && confirms(text) && !refuses(text),
  )
}

function describePlace({ url, title }: Observation): string {
  const place = withoutQuery(url)
  return title === '' ? place : `"${title}" at ${place}`
}

/** Forms that are sent by GET carry everything in their query, the password too. */
export function withoutQuery(url: string): string {
  return url.split(/[?#]/)[0] ?? url
}
