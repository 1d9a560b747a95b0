import { randomInt } from 'node:crypto'
import { definePlugin } from '@refbot/plugin-sdk'
import { accountsInput, listAccounts } from './actions/accounts.ts'
import { inspectForm, inspectInput } from './actions/inspect.ts'
import { runBatch } from './batch.ts'
import { configSchema } from './config.ts'

export type { AccountsResult } from './actions/accounts.ts'
export type { InspectedControl, InspectedField, InspectResult } from './actions/inspect.ts'
export type { RegistrationConfig, RegistrationConfigInput, SuccessConditions } from './config.ts'
export type { AccountRow } from './report/accounts.ts'
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

const tools = { now: Date.now, randomInt: (below: number) => randomInt(below) }

/** Tests a sign-up form end to end: fills it in, sends it, and tells whether a new user got through. */
export default definePlugin({
  config: configSchema,
  permissions: ['browser', 'proxies', 'http'],
  actions: {
    inspect: {
      description: 'Shows how the form of a page would be filled in, on what evidence, and a picture; sends nothing.',
      input: inspectInput,
      execute: (context) => inspectForm(context, tools),
    },
    accounts: {
      description: 'Lists the accounts that a run made, or may have made, so that they can be deleted.',
      input: accountsInput,
      execute: listAccounts,
    },
  },
  execute: (context) => runBatch(context, tools),
})
