import { type Authorisation, ConfigError, type JsonValue, type PluginContext, PluginError } from '@refbot/plugin-sdk'
import type { RegistrationConfig } from './config.ts'
import { makeIdentity } from './identity/identity.ts'
import { mailDomain } from './identity/mail.ts'
import {
  type BatchResult,
  outcomes,
  type StoredSubmission,
  type Submission,
  submissionKey,
  summarise,
} from './submission.ts'
import { type BatchTools, submitOne } from './submit-one.ts'

type Context = PluginContext<RegistrationConfig>

/**
 * Makes the submissions of one run, one after the other. A run that is tried again continues its batch: what was sent
 * is never sent again, whatever came of it.
 * @throws PluginError `SITE_REFUSED`, `LEFT_AUTHORISED_ORIGIN`, `NO_SUBMISSION_SUCCEEDED`, and the host's own
 */
export async function runBatch(context: Context, tools: BatchTools): Promise<BatchResult> {
  const { config, run, metrics } = context
  const authorisation = await context.authorisation(config.url)
  checkPath(config.url, authorisation)
  const domain = mailDomain(config.emailDomain, authorisation.emailDomains)
  if (domain === undefined)
    throw new ConfigError(
      `emailDomain ${config.emailDomain} is neither reserved nor listed by ${authorisation.origin}.`,
      {
        hint: 'Use example.com, or ask the owner of the site to list the domain.',
      },
    )
  const planned = Math.min(config.batchSize, authorisation.maxPerDay ?? config.batchSize)
  const pauseMs = Math.max(
    config.delayBetweenSubmissionsMs,
    Math.ceil(60_000 / (authorisation.maxPerMinute ?? Infinity)),
  )
  const kept = await readKept(context)
  const submissions: Submission[] = []
  let made = 0
  for (let index = 0; index < planned; index++) {
    await context.checkpoint()
    const earlier = kept.get(index)
    if (earlier !== undefined && outcomes[earlier.outcome].repeatable !== true) {
      submissions.push(earlier)
      continue
    }
    if (made++ > 0 && pauseMs > 0) await context.sleep(pauseMs)
    const identity = makeIdentity({ seed: config.seed ?? run.id, index, domain })
    const keep = (state: StoredSubmission['state'], submission: Submission) =>
      context.storage.set(submissionKey(run.id, index), { state, submission } satisfies StoredSubmission)
    const submission = await context.step(`submission ${index + 1}`, () =>
      submitOne(context, tools, { index, identity, authorisation, keepPending: (row) => keep('pending', row) }),
    )
    await keep('done', submission)
    submissions.push(submission)
    const { outcome, proxy, durationMs } = submission
    metrics.record('registration.duration', durationMs, { outcome, proxy })
    metrics.record('registration.success', outcome === 'success' ? 1 : 0, { outcome, proxy })
    context.log.info('submission', {
      index,
      outcome,
      reason: submission.reason,
      proxy,
      durationMs,
      email: identity.email,
    })
    context.progress(index + 1, planned, `${identity.email}: ${outcome} through ${proxy}`)
    throwIfOver(submission)
  }
  const summary = summarise({ runId: run.id, url: config.url, planned }, submissions)
  if (summary.succeeded === 0) throw noneSucceeded(submissions)
  return { submissions, summary }
}

/** Submissions of an earlier attempt of this run. One that was left pending may have arrived. */
async function readKept({ storage, run }: Context): Promise<ReadonlyMap<number, Submission>> {
  const entries = await storage.list(`submissions/${run.id}/`)
  const kept = new Map<number, Submission>()
  for (const { key, value } of entries) {
    const { state, submission } = value as StoredSubmission
    kept.set(submission.index, submission)
    if (state === 'pending')
      await storage.set(key, { state: 'done', submission } satisfies StoredSubmission as JsonValue)
  }
  return kept
}

function checkPath(url: string, { paths, origin }: Authorisation): void {
  const { pathname } = new URL(url)
  if (paths.some((path) => pathname.startsWith(path))) return
  throw new PluginError('TARGET_NOT_AUTHORISED', `The owner of ${origin} did not agree to ${pathname}.`, {
    hint: `Agreed paths: ${paths.join(', ')}`,
    retryable: false,
  })
}

function throwIfOver({ outcome, reason, index }: Submission): void {
  const { endsBatch } = outcomes[outcome]
  if (endsBatch === undefined) return
  const refused = endsBatch === 'refused_by_site'
  throw new PluginError(
    refused ? 'SITE_REFUSED' : 'LEFT_AUTHORISED_ORIGIN',
    `Submission ${index + 1} ended the batch (${outcome}). ${reason}`,
    {
      reason: endsBatch,
      retryable: false,
      hint: refused
        ? 'Ask the owner of the site to let this test through; it is never tried through another proxy.'
        : 'Have the owner list the origin under submitOrigins if the form belongs there.',
    },
  )
}

function noneSucceeded(submissions: readonly Submission[]): PluginError {
  const last = submissions.at(-1)
  return new PluginError(
    'NO_SUBMISSION_SUCCEEDED',
    `None of ${submissions.length} submissions succeeded. The last one: ${last?.outcome}. ${last?.reason}`,
    {
      reason: 'no_submission_succeeded',
      // What was sent is never sent again, so another attempt helps only where something was not sent.
      retryable: submissions.some(({ outcome }) => outcomes[outcome].repeatable === true),
      hint: 'See the screenshots and the submissions of the run.',
    },
  )
}
