import { PluginError } from '@refbot/plugin-sdk'
import { outcomes, type Submission } from './submission.ts'

/** The error with which a submission ends its batch; undefined where the batch goes on. */
export function endOf({
  outcome,
  reason,
  index,
}: Pick<Submission, 'outcome' | 'reason' | 'index'>): PluginError | undefined {
  const { endsBatch } = outcomes[outcome]
  if (endsBatch === undefined) return undefined
  const { code, hint } = endings[endsBatch]
  return new PluginError(code, `Submission ${index + 1} ended the batch (${outcome}). ${reason}`, {
    reason: endsBatch,
    retryable: false,
    hint,
  })
}

const endings = {
  refused_by_site: {
    code: 'SITE_REFUSED',
    hint: 'Ask the owner of the site to let this test through; it is never tried through another proxy.',
  },
  left_authorised_origin: {
    code: 'LEFT_AUTHORISED_ORIGIN',
    hint: 'Have the owner list the origin under submitOrigins if the form belongs there.',
  },
  limit_reached: {
    code: 'LIMIT_REACHED',
    hint: 'Make the batches smaller or rarer, or ask the owner of the site for a higher limit.',
  },
} as const

export function noneSucceeded(submissions: readonly Submission[]): PluginError {
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

export function dayIsFull(origin: string): PluginError {
  return new PluginError('LIMIT_REACHED', `${origin} takes no more submissions today.`, {
    reason: 'limit_reached',
    retryable: false,
    hint: endings.limit_reached.hint,
  })
}
