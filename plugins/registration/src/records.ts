import type { JsonValue, PluginStorage } from '@refbot/plugin-sdk'
import { outcomes, type StoredSubmission, type Submission } from './submission.ts'

/** The key of a submission in the plugin's storage; keys sort by index. */
export function submissionKey(runId: string, index: number): string {
  return `submissions/${runId}/${String(index).padStart(6, '0')}`
}

/** What is on record of a run, by index. */
export async function readRecords(
  storage: Pick<PluginStorage, 'list'>,
  runId: string,
): Promise<ReadonlyMap<number, StoredSubmission>> {
  const records = new Map<number, StoredSubmission>()
  // Ten at a time, since what crosses the process boundary at once is limited; parallel submissions may leave gaps.
  for (let tens = 0, empty = 0; empty < maxGap; tens++) {
    const page = await storage.list(submissionKey(runId, tens * 10).slice(0, -1))
    empty = page.length === 0 ? empty + 1 : 0
    for (const { value } of page) {
      const record = value as unknown as StoredSubmission
      records.set(record.submission.index, record)
    }
  }
  return records
}

/** So many tens without a record are the end of them. */
const maxGap = 2

/**
 * What an earlier attempt of this run has left: submissions that must not be made again. One that was left pending may
 * have arrived, so it is closed as it stands, of unknown fate.
 */
export async function closeEarlier(storage: PluginStorage, runId: string): Promise<ReadonlyMap<number, Submission>> {
  const closed = new Map<number, Submission>()
  for (const [index, { state, submission }] of await readRecords(storage, runId)) {
    if (outcomes[submission.outcome].repeatable === true) continue
    closed.set(index, submission)
    if (state === 'pending') await keep(storage, runId, 'done', submission)
  }
  return closed
}

/** On disk once it resolves. */
export async function keep(
  storage: Pick<PluginStorage, 'set'>,
  runId: string,
  state: StoredSubmission['state'],
  submission: Submission,
): Promise<void> {
  const record: StoredSubmission = { state, submission }
  await storage.set(submissionKey(runId, submission.index), record as JsonValue)
}
