/**
 * How a submission ended.
 *
 * The first seven are the site's answer, the next ones say why there was none, the last five end the batch.
 */
export type Outcome =
  /** The account was made, as far as the site shows. */
  | 'success'
  /** The site showed a validation message. */
  | 'rejected'
  /** The site answered 5xx. */
  | 'site_error'
  /** The site accepted it, and its mail did not come. */
  | 'no_mail'
  /** The site accepted it, and the link of its mail did not work. */
  | 'confirmation_failed'
  /** Submitted, but nothing said that it worked, and nothing that it did not. */
  | 'no_confirmation'
  /** The page answered 4xx before there was a form. */
  | 'page_missing'
  /** No sign-up form showed. */
  | 'no_form'
  /** A required field was not understood; nothing was submitted. */
  | 'unmapped_field'
  /** A configured selector matches nothing; nothing was submitted. */
  | 'selector_missing'
  /** The site could not be reached, through no fault of a proxy. */
  | 'unreachable'
  /** Its certificate is not to be trusted, or it speaks no TLS. */
  | 'tls_failed'
  /** The proxies failed before anything was forwarded. */
  | 'proxy_fault'
  /** The time for one submission was over before its submit. */
  | 'timeout'
  /** The browser or the page broke before the submit. */
  | 'page_failed'
  /** It was submitted, and the answer was lost: it is never submitted again. */
  | 'unknown_fate'
  /** The site said 429. */
  | 'rate_limited'
  /** The site asked for a CAPTCHA. */
  | 'captcha'
  /** The site refused with a 403 or a bot wall. */
  | 'challenged'
  /** The page went to an origin whose owner has not agreed. */
  | 'left_authorised_origin'
  /** RefBot itself held the form back, since the owner's limit was reached; nothing was submitted. */
  | 'limit_reached'

/** What these outcomes mean for the rest of the batch and for a retry of the run. */
export const outcomes: Readonly<
  Record<
    Outcome,
    { readonly endsBatch?: 'refused_by_site' | 'left_authorised_origin' | 'limit_reached'; readonly repeatable?: true }
  >
> = {
  success: {},
  rejected: {},
  site_error: {},
  no_mail: {},
  confirmation_failed: {},
  no_confirmation: {},
  page_missing: {},
  no_form: {},
  unmapped_field: {},
  selector_missing: {},
  unreachable: { repeatable: true },
  tls_failed: { repeatable: true },
  proxy_fault: { repeatable: true },
  timeout: { repeatable: true },
  page_failed: { repeatable: true },
  unknown_fate: {},
  rate_limited: { endsBatch: 'refused_by_site' },
  captcha: { endsBatch: 'refused_by_site' },
  challenged: { endsBatch: 'refused_by_site' },
  left_authorised_origin: { endsBatch: 'left_authorised_origin' },
  limit_reached: { endsBatch: 'limit_reached', repeatable: true },
}

/** How a field of the form was recognised. */
export type MatchedField = {
  /** Such as `email` or `firstName`. */
  readonly field: string
  /** The strongest evidence found. */
  readonly evidence: string
  /** The evidence itself, such as `autocomplete="given-name"`. */
  readonly detail: string
  /** The control, for people: `input[name="first_name"]`. */
  readonly control: string
}

/** One page that was opened for a submission; more than one only after a proxy failed to connect. */
export type SubmissionAttempt = {
  /** The proxy's id, or `direct`. */
  readonly proxy: string
  /** The code of the fault that ended it, such as `PROXY_REFUSED`. */
  readonly fault?: string
  /** Local ports of its connections: what the proxy's access log calls the client. */
  readonly localPorts: readonly number[]
}

/** A named part of a submission. */
export type SubmissionStep = {
  readonly name: 'open' | 'detect' | 'fill' | 'submit' | 'confirm'
  /** Milliseconds. */
  readonly durationMs: number
}

export type SubmissionIdentity = {
  readonly firstName: string
  readonly lastName: string
  readonly email: string
}

/** Milliseconds since the page was asked for; absent where the browser has no word of it. */
export type PageVitals = {
  /** Its first byte. */
  readonly ttfbMs?: number
  /** First contentful paint. */
  readonly fcpMs?: number
  /** Largest contentful paint so far. */
  readonly lcpMs?: number
  /** Cumulative layout shift so far: a ratio, no time. */
  readonly cls?: number
}

/** The mail that confirms a sign-up, and the page that its link leads to. */
export type Confirmation = {
  /** From the site's answer to the mail, in milliseconds. */
  readonly mailMs: number
  /** From following the link to its page, in milliseconds. */
  readonly openMs?: number
  readonly status?: number
  /** Without the query, which is the secret of the mail. */
  readonly url?: string
}

/** One sign-up that was tried. */
export type Submission = {
  /** From 0. */
  readonly index: number
  readonly outcome: Outcome
  /** One sentence: what the outcome was read from. */
  readonly reason: string
  /** Epoch milliseconds. */
  readonly startedAt: number
  /** Milliseconds, from the opening of the last page to the recognised outcome: what a person would have waited. */
  readonly durationMs: number
  /** The proxy's id, or `direct`. */
  readonly proxy: string
  /** Of the proxy, where its operator named one. */
  readonly region?: string
  readonly identity: SubmissionIdentity
  readonly matched: readonly MatchedField[]
  readonly attempts: readonly SubmissionAttempt[]
  readonly steps: readonly SubmissionStep[]
  /** The answer to the submit, its address without the query; absent where none was seen. */
  readonly response?: { readonly status: number; readonly method: string; readonly url: string }
  /** Where an inbox is configured. */
  readonly confirmation?: Confirmation
  /** Errors that the page wrote to its console, or did not catch; at most ten. */
  readonly consoleErrors: readonly string[]
  /** Requests of the page that the gate refused. */
  readonly refusedRequests: number
  /** Of the page with the form. */
  readonly vitals?: PageVitals
  /** SHA-256 of what the owner of the page agreed to when it was made. */
  readonly authorisationHash: string
  /** Names of artifacts: the page at its end as a picture and as a document, and what happened on it. */
  readonly screenshot?: string
  readonly snapshot?: string
  readonly trace?: string
}

/** What is kept in the plugin's storage: before the submit, after it, and in between. */
export type StoredSubmission =
  | { readonly state: 'pending'; readonly submission: Submission }
  | { readonly state: 'done'; readonly submission: Submission }

export type BatchSummary = {
  readonly runId: string
  readonly url: string
  /** SHA-256 of what the owner agreed to. */
  readonly authorisationHash: string
  /** Size of the batch. */
  readonly planned: number
  readonly succeeded: number
  readonly failed: number
  /** 0 to 1. */
  readonly successRate: number
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>
  /** Milliseconds over the successful submissions; absent without one. */
  readonly p50DurationMs?: number
  readonly p95DurationMs?: number
}

/** What a run of this plugin returns. */
export type BatchResult = {
  readonly submissions: readonly Submission[]
  readonly summary: BatchSummary
}

/** Counts and quantiles (nearest rank) of a batch. */
export function summarise(
  batch: Pick<BatchSummary, 'runId' | 'url' | 'planned' | 'authorisationHash'>,
  submissions: readonly Submission[],
): BatchSummary {
  const counts: Partial<Record<Outcome, number>> = {}
  for (const { outcome } of submissions) counts[outcome] = (counts[outcome] ?? 0) + 1
  const succeeded = counts.success ?? 0
  const durations = submissions
    .filter(({ outcome }) => outcome === 'success')
    .map(({ durationMs }) => durationMs)
    .sort((a, b) => a - b)
  const p50 = nearestRank(durations, 0.5)
  const p95 = nearestRank(durations, 0.95)
  return {
    ...batch,
    succeeded,
    failed: submissions.length - succeeded,
    successRate: submissions.length === 0 ? 0 : succeeded / submissions.length,
    outcomes: counts,
    ...(p50 === undefined ? {} : { p50DurationMs: p50 }),
    ...(p95 === undefined ? {} : { p95DurationMs: p95 }),
  }
}

function nearestRank(sorted: readonly number[], quantile: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)]
}
