import type { Authorisation, EgressLimit, EgressReport, PluginContext, PluginPage } from '@refbot/plugin-sdk'
import type { RegistrationConfig } from './config.ts'
import { keepEvidence } from './evidence-files.ts'
import type { Identity } from './identity/identity.ts'
import type { Inbox } from './mail/inbox.ts'
import { type Verdict, withoutQuery } from './outcome/classify.ts'
import { judgeFaults } from './outcome/faults.ts'
import { Trace } from './page/trace.ts'
import { brokenPage, untilOver } from './page/until-over.ts'
import { type LeasedPage, leasePage } from './proxies.ts'
import { SignUp } from './sign-up.ts'
import type { Outcome, Submission, SubmissionAttempt, SubmissionStep } from './submission.ts'

/** What a batch draws from besides its context. */
export interface BatchTools {
  /** Epoch milliseconds. */
  readonly now: () => number
  /** A whole number from 0 to below `below`, from a source that nobody can foresee. */
  readonly randomInt: (below: number) => number
}

export interface SubmissionJob {
  readonly index: number
  readonly identity: Identity
  readonly authorisation: Authorisation
  /** Of what the owner agreed to. */
  readonly authorisationHash: string
  readonly inbox?: Inbox | undefined
  /** Keeps the submission before it is sent; it is sent once this resolves. */
  keepPending(submission: Submission): Promise<void>
  /** Called once it is known how the submission ended, before pictures and other evidence are kept. */
  heard(verdict: Verdict): void
  /** Ends a page that is not needed any more; resolves when the next one may be opened. */
  close(leased: LeasedPage): Promise<void>
}

/** At most one more page, and only where nothing of the first was forwarded. */
const maxPages = 2

/** Kept back from the time of a submission, so that it can still say what it saw last. In milliseconds. */
const lastWordMs = 500

/** The site has spoken; no fault on the way explains these away. */
const spoken: ReadonlySet<Outcome> = new Set([
  'success',
  'rejected',
  'rate_limited',
  'captcha',
  'challenged',
  'left_authorised_origin',
])

/**
 * Makes one submission: through a proxy where there is one, once more through another when the first failed to connect.
 * @throws StoppedError when the run is being stopped.
 */
export async function submitOne(
  context: PluginContext<RegistrationConfig>,
  tools: BatchTools,
  job: SubmissionJob,
): Promise<Submission> {
  const startedAt = tools.now()
  const deadline = startedAt + context.config.timeoutMs
  const attempts: SubmissionAttempt[] = []
  const steps: SubmissionStep[] = []
  const exclude: string[] = []
  let durationMs = 0
  let region: string | undefined
  for (;;) {
    const leased = await leasePage(context, job.authorisation, exclude)
    await using _ = { [Symbol.asyncDispose]: () => job.close(leased) }
    const { lease, page } = leased
    const proxy = lease?.proxy ?? 'direct'
    region = lease?.region
    if (page === undefined) {
      const last = attempts.at(-1)
      const reason = `No other proxy was left after ${last?.proxy} failed (${last?.fault}).`
      return row({ outcome: 'proxy_fault', reason }, last?.proxy ?? 'direct')
    }
    const pending = (signUp: SignUp) =>
      row(
        { outcome: 'unknown_fate', reason: 'The form was being sent when the run ended.' },
        proxy,
        { matched: [...signUp.matched] },
        [...attempts, { proxy, localPorts: [] }],
      )
    const tried = await tryPage(context, tools, job, { page, deadline, steps, pending })
    const { verdict, fault, localPorts, safeToRepeat, facts } = tried
    durationMs = tried.durationMs
    attempts.push({ proxy, ...(fault === undefined ? {} : { fault }), localPorts })
    if (!safeToRepeat || lease === undefined || attempts.length >= maxPages || tools.now() >= deadline)
      return row(verdict, proxy, facts)
    context.log.warn('proxy failed to connect, trying another', { proxy, fault })
    exclude.push(lease.proxy)
  }

  function row(
    { outcome, reason }: Verdict,
    proxy: string,
    facts: Partial<Facts> = {},
    tries: readonly SubmissionAttempt[] = attempts,
  ): Submission {
    const { firstName, lastName, email } = job.identity
    return {
      index: job.index,
      outcome,
      reason,
      startedAt,
      durationMs,
      proxy,
      ...(region === undefined ? {} : { region }),
      authorisationHash: job.authorisationHash,
      identity: { firstName, lastName, email },
      matched: [],
      consoleErrors: [],
      refusedRequests: 0,
      attempts: [...tries],
      steps: [...steps],
      ...facts,
    }
  }
}

interface PageJob {
  readonly page: PluginPage
  readonly deadline: number
  /** Receives the timings. */
  readonly steps: SubmissionStep[]
  pending(signUp: SignUp): Submission
}

interface Judged {
  readonly verdict: Verdict
  readonly fault?: string
  readonly safeToRepeat: boolean
}

interface Tried extends Judged {
  /** From the opening of the page to its outcome: what a person would have waited. */
  readonly durationMs: number
  readonly localPorts: readonly number[]
  readonly facts: Facts
}

/** What only the page knows. */
type Facts = Pick<
  Submission,
  | 'matched'
  | 'consoleErrors'
  | 'refusedRequests'
  | 'vitals'
  | 'response'
  | 'confirmation'
  | 'screenshot'
  | 'snapshot'
  | 'trace'
>

async function tryPage(
  context: PluginContext<RegistrationConfig>,
  tools: BatchTools,
  { index, identity, authorisation, inbox, keepPending, heard }: SubmissionJob,
  { page, deadline, steps, pending }: PageJob,
): Promise<Tried> {
  const { config, signal, log } = context
  using trace = new Trace(page, tools.now)
  using signUp = new SignUp(page, {
    config,
    authorisation,
    identity,
    inbox,
    deadline: deadline - lastWordMs,
    ...tools,
    beforeSubmit: () => keepPending(pending(signUp)),
    step: async (name, work) => {
      const start = tools.now()
      trace.add('step', `${name} begins`)
      try {
        return await context.step(name, work)
      } finally {
        const durationMs = tools.now() - start
        steps.push({ name, durationMs })
        trace.add('step', `${name} ends after ${durationMs} ms`)
      }
    },
  })
  const openedAt = tools.now()
  const seen = await untilOver(() => signUp.run(), { ms: deadline - tools.now(), signal })
  const own = 'value' in seen ? seen.value : brokenPage(seen, signUp)
  const durationMs = tools.now() - openedAt
  const report = await page.egress()
  const judged = judge(report, signUp, own)
  const verdict = { ...judged.verdict, reason: signUp.scrub(judged.verdict.reason) }
  if (!judged.safeToRepeat) heard(verdict)
  const files = judged.safeToRepeat
    ? {}
    : await keepEvidence(context, { index, page, signUp, trace, verdict, steps, egress: report })
  // Last of all, since a page may connect as long as it is open.
  const { localPorts, refused } = Object.keys(files).length === 0 ? report : await page.egress()
  const { exchange, errors } = signUp.watch
  const { status } = exchange ?? {}
  if (errors.length > 0) log.debug('the page wrote errors to its console', { index, errors: errors.length })
  return {
    ...judged,
    verdict,
    durationMs,
    localPorts,
    facts: {
      matched: [...signUp.matched],
      consoleErrors: errors.map((text) => signUp.scrub(text)),
      refusedRequests: refused,
      ...(signUp.vitals === undefined ? {} : { vitals: signUp.vitals }),
      ...(signUp.confirmation === undefined ? {} : { confirmation: signUp.confirmation }),
      ...(exchange === undefined || status === undefined
        ? {}
        : { response: { status, method: exchange.method, url: withoutQuery(exchange.url) } }),
      ...files,
    },
  }
}

/** Sets what the gate saw beside what the page showed; the gate's word counts. */
function judge({ faults, refusal, limit }: EgressReport, signUp: SignUp, own: Verdict): Judged {
  if (limit !== undefined && refusal === undefined && isHeldBack(own, signUp))
    return { verdict: heldBack(limit, signUp), safeToRepeat: false }
  if (refusal !== undefined && own.outcome !== 'captcha') {
    const said = refusal === 'rate_limited' ? 'too many requests' : 'access denied'
    const reason = own.outcome === refusal ? own.reason : `The site refused: ${said}.`
    return { verdict: { outcome: refusal, reason }, safeToRepeat: false }
  }
  if (spoken.has(own.outcome)) return { verdict: own, safeToRepeat: false }
  const { exchange, documents } = signUp.watch
  const fault = judgeFaults({
    faults,
    documents,
    submitted: signUp.submitted,
    earlierForms: signUp.earlierForms,
    submit:
      exchange === undefined
        ? undefined
        : { method: exchange.method, url: exchange.url, answered: exchange.status !== undefined },
  })
  if (fault === undefined) return { verdict: own, safeToRepeat: false }
  if (!fault.safe) return { verdict: fault.verdict, fault: fault.code, safeToRepeat: false }
  const reason = `The proxy failed to connect (${fault.code}); nothing reached the site.`
  return { verdict: { outcome: 'proxy_fault', reason }, fault: fault.code, safeToRepeat: true }
}

/** What the gate answers in place of the site. */
const refusedByGate = 403

/** Whether it was the form that a limit stood against: a page may send more than its form, and what was sent is not repeated. */
function isHeldBack({ outcome }: Verdict, { watch: { exchange } }: SignUp): boolean {
  return outcome !== 'success' && (exchange === undefined || exchange.status === refusedByGate)
}

/** The gate let no further form out. */
function heldBack({ rule, retryAfterMs }: EgressLimit, { earlierForms }: SignUp): Verdict {
  const limit = rule === 'limit_day' ? 'a day' : 'a minute'
  const wait = `It gives way in ${Math.ceil(retryAfterMs / 1000)} s.`
  return earlierForms === 0
    ? {
        outcome: 'limit_reached',
        reason: `The form was held back: the site's limit of submits ${limit} was reached. ${wait}`,
      }
    : { outcome: 'unknown_fate', reason: `A further page of the form was held back, by the limit of submits ${limit}.` }
}
