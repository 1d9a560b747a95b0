import type { Authorisation, PluginContext, PluginPage, ProxyLease } from '@refbot/plugin-sdk'
import type { RegistrationConfig } from './config.ts'
import type { Identity } from './identity/identity.ts'
import { type Verdict, withoutQuery } from './outcome/classify.ts'
import { judgeFaults } from './outcome/faults.ts'
import { takeScreenshot } from './page/screenshot.ts'
import { brokenPage, untilOver } from './page/until-over.ts'
import { leaseProxy } from './proxies.ts'
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
  /** Keeps the submission before it is sent; it is sent once this resolves. */
  keepPending(submission: Submission): Promise<void>
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
  for (;;) {
    const lease = await leaseProxy(context, job.authorisation, exclude)
    if (lease === 'none-left') {
      const reason = `No other proxy was left after ${attempts.at(-1)?.proxy} failed (${attempts.at(-1)?.fault}).`
      return row({ outcome: 'proxy_fault', reason }, attempts.at(-1)?.proxy ?? 'direct', {})
    }
    const proxy = lease?.proxy ?? 'direct'
    try {
      const tried = await tryPage(context, tools, job, {
        lease,
        deadline,
        steps,
        pending: (signUp) =>
          row(
            { outcome: 'unknown_fate', reason: 'The form was being sent when the run ended.' },
            proxy,
            { matched: [...signUp.matched] },
            [...attempts, { proxy, localPorts: [] }],
          ),
      })
      attempts.push({
        proxy,
        ...(tried.fault === undefined ? {} : { fault: tried.fault }),
        localPorts: tried.localPorts,
      })
      if (tried.safeToRepeat && lease !== undefined && attempts.length < maxPages && tools.now() < deadline) {
        context.log.warn('proxy failed to connect, trying another', { proxy, fault: tried.fault })
        exclude.push(lease.proxy)
        continue
      }
      return row(tried.verdict, proxy, tried.facts)
    } finally {
      await lease?.[Symbol.asyncDispose]()
    }
  }

  function row(
    { outcome, reason }: Verdict,
    proxy: string,
    facts: Partial<Facts>,
    tries: readonly SubmissionAttempt[] = attempts,
  ): Submission {
    const { firstName, lastName, email } = job.identity
    return {
      index: job.index,
      outcome,
      reason,
      startedAt,
      durationMs: tools.now() - startedAt,
      proxy,
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
  readonly lease: ProxyLease | undefined
  readonly deadline: number
  /** Receives the timings. */
  readonly steps: SubmissionStep[]
  pending(signUp: SignUp): Submission
}

interface Tried {
  readonly verdict: Verdict
  readonly fault?: string
  readonly localPorts: readonly number[]
  readonly safeToRepeat: boolean
  readonly refusedRequests: number
  readonly facts: Facts
}

/** What only the page knows. */
type Facts = Pick<Submission, 'matched' | 'consoleErrors' | 'refusedRequests' | 'vitals' | 'response' | 'screenshot'>

async function tryPage(
  context: PluginContext<RegistrationConfig>,
  tools: BatchTools,
  { index, identity, authorisation, keepPending }: SubmissionJob,
  { lease, deadline, steps, pending }: PageJob,
): Promise<Tried> {
  const { config, signal } = context
  const page = await context.browser.page({ target: config.url, ...(lease === undefined ? {} : { proxy: lease }) })
  try {
    using signUp = new SignUp(page, {
      config,
      authorisation,
      identity,
      deadline: deadline - lastWordMs,
      ...tools,
      beforeSubmit: () => keepPending(pending(signUp)),
      step: async (name, work) => {
        const start = tools.now()
        try {
          return await context.step(name, work)
        } finally {
          steps.push({ name, durationMs: tools.now() - start })
        }
      },
    })
    const seen = await untilOver(() => signUp.run(), { ms: deadline - tools.now(), signal })
    const own = 'value' in seen ? seen.value : brokenPage(seen, signUp)
    const judged = await judge(page, signUp, own)
    const { exchange } = signUp.watch
    const pictured =
      config.screenshots === 'always' || (config.screenshots === 'failure' && judged.verdict.outcome !== 'success')
    const screenshot = pictured && !judged.safeToRepeat ? await takeScreenshot(context, page, index) : undefined
    return {
      ...judged,
      verdict: { ...judged.verdict, reason: signUp.scrub(judged.verdict.reason) },
      facts: {
        matched: [...signUp.matched],
        consoleErrors: signUp.watch.errors.map((text) => signUp.scrub(text)),
        refusedRequests: judged.refusedRequests,
        ...(signUp.vitals === undefined ? {} : { vitals: signUp.vitals }),
        ...(exchange?.status === undefined
          ? {}
          : { response: { status: exchange.status, method: exchange.method, url: withoutQuery(exchange.url) } }),
        ...(screenshot === undefined ? {} : { screenshot }),
      },
    }
  } finally {
    await page[Symbol.asyncDispose]().catch((error: unknown) => {
      context.log.debug('the page was gone before it was closed', { error: String(error) })
    })
  }
}

/** Sets what the gate saw beside what the page showed; the gate's word counts. */
async function judge(page: PluginPage, signUp: SignUp, own: Verdict): Promise<Omit<Tried, 'facts'>> {
  const { faults, refusal, localPorts, refused: refusedRequests } = await page.egress()
  const base = { localPorts, refusedRequests, safeToRepeat: false }
  if (refusal !== undefined && own.outcome !== 'captcha') {
    const reason =
      own.outcome === refusal
        ? own.reason
        : `The site refused: ${refusal === 'rate_limited' ? 'too many requests' : 'access denied'}.`
    return { verdict: { outcome: refusal, reason }, ...base }
  }
  if (spoken.has(own.outcome)) return { verdict: own, ...base }
  const { exchange, documents } = signUp.watch
  const fault = judgeFaults({
    faults,
    earlierForms: signUp.earlierForms,
    documents,
    submitted: signUp.submitted,
    submit:
      exchange === undefined
        ? undefined
        : { method: exchange.method, url: exchange.url, answered: exchange.status !== undefined },
  })
  if (fault === undefined) return { verdict: own, ...base }
  if (!fault.safe) return { verdict: fault.verdict, fault: fault.code, ...base }
  const reason = `The proxy failed to connect (${fault.code}); nothing reached the site.`
  return { verdict: { outcome: 'proxy_fault', reason }, fault: fault.code, ...base, safeToRepeat: true }
}
