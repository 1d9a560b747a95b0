import { createHash } from 'node:crypto'
import { type Authorisation, ConfigError, type JsonValue, type PluginContext, PluginError } from '@refbot/plugin-sdk'
import type { RegistrationConfig } from './config.ts'
import { makeIdentity } from './identity/identity.ts'
import { mailDomain } from './identity/mail.ts'
import { writeReports } from './report/write-reports.ts'
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
  for (const notice of config.notices) context.log.warn(notice)
  const planned = Math.min(config.batchSize, authorisation.maxPerDay ?? config.batchSize)
  const pauseMs = Math.max(
    config.delayBetweenSubmissionsMs,
    Math.ceil(60_000 / (authorisation.maxPerMinute ?? Infinity)),
  )
  const kept = await readKept(context)
  const submissions: Submission[] = []
  let over: PluginError | undefined
  let made = 0
  for (let index = 0; index < planned && over === undefined; index++) {
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
    over = endOf(submission)
  }
  const batch = { runId: run.id, url: config.url, planned, authorisationHash: hashOf(authorisation) }
  const result = fitted({ submissions, summary: summarise(batch, submissions) })
  await writeReports(context, result)
  if (over !== undefined) throw over
  if (result.summary.succeeded === 0) throw noneSucceeded(submissions)
  return result
}

/** A value that leaves the process may have a megabyte; of a large batch the details stay in the storage alone. */
function fitted(result: BatchResult): BatchResult {
  if (JSON.stringify(result).length <= 400_000) return result
  const submissions = result.submissions.map((submission) => ({
    ...submission,
    matched: [],
    steps: [],
    consoleErrors: [],
  }))
  return { ...result, submissions }
}

/** Tells one version of the owner's agreement from another. */
function hashOf(authorisation: Authorisation): string {
  const parts = Object.entries(authorisation).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
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
  if (paths.some((path) => (path.endsWith('/*') ? pathname.startsWith(path.slice(0, -1)) : pathname === path))) return
  throw new PluginError('TARGET_NOT_AUTHORISED', `The owner of ${origin} did not agree to ${pathname}.`, {
    hint: `Agreed paths: ${paths.join(', ')}`,
    retryable: false,
  })
}

function endOf({ outcome, reason, index }: Submission): PluginError | undefined {
  const { endsBatch } = outcomes[outcome]
  if (endsBatch === undefined) return undefined
  const refused = endsBatch === 'refused_by_site'
  return new PluginError(
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
