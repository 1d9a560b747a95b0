import { type ActionContext, PluginError } from '@refbot/plugin-sdk'
import { z } from 'zod'
import type { RegistrationConfig } from '../config.ts'
import { readRecords } from '../records.ts'
import { type AccountRow, accountsOf, toAccounts } from '../report/accounts.ts'

export const accountsInput = z.strictObject({
  run: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the id of a run')
    .describe('The run whose accounts are listed.'),
})

export type AccountsResult = {
  readonly runId: string
  /** How many submissions of the run are on record. */
  readonly submissions: number
  readonly accounts: readonly AccountRow[]
}

/**
 * Lists the accounts that a run made, or may have made, from its records; as a CSV artifact too.
 * @throws PluginError `RUN_WITHOUT_RECORDS`
 */
export async function listAccounts({
  input: { run: runId },
  storage,
  artifacts,
}: ActionContext<RegistrationConfig, z.output<typeof accountsInput>>): Promise<AccountsResult> {
  const submissions = [...(await readRecords(storage, runId)).values()].map(({ submission }) => submission)
  if (submissions.length === 0)
    throw new PluginError('RUN_WITHOUT_RECORDS', `There is no record of a submission of run ${runId}.`, {
      hint: 'The runs of this plugin: refbot run list --plugin registration',
      retryable: false,
    })
  const accounts = accountsOf(submissions, runId)
  await artifacts.write('accounts.csv', toAccounts(accounts), 'text/csv; charset=utf-8')
  return { runId, submissions: submissions.length, accounts }
}
