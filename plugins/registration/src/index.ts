import { randomInt } from 'node:crypto'
import { definePlugin } from '@refbot/plugin-sdk'
import { runBatch } from './batch.ts'
import { configSchema } from './config.ts'

export type { RegistrationConfig, RegistrationConfigInput, SuccessConditions } from './config.ts'
export type {
  BatchResult,
  BatchSummary,
  MatchedField,
  Outcome,
  StoredSubmission,
  Submission,
  SubmissionAttempt,
  SubmissionIdentity,
  SubmissionStep,
} from './submission.ts'

/** Tests a sign-up form end to end: fills it in, sends it, and tells whether a new user got through. */
export default definePlugin({
  config: configSchema,
  permissions: ['browser', 'proxies'],
  execute: (context) => runBatch(context, { now: Date.now, randomInt: (below) => randomInt(below) }),
})
