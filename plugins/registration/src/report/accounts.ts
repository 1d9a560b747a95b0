import type { BatchResult, Submission } from '../submission.ts'

/** The accounts that a batch made, or may have made, so that the site's owner can delete them. CSV (RFC 4180). */
export function toAccounts({ submissions, summary }: BatchResult): string {
  const rows = submissions
    .filter(({ outcome }) => mayExist[outcome] !== undefined)
    .map((submission) => [
      submission.identity.email,
      submission.identity.firstName,
      submission.identity.lastName,
      mayExist[submission.outcome] ?? '',
      new Date(submission.startedAt).toISOString(),
      summary.runId,
    ])
  return [['email', 'first_name', 'last_name', 'created', 'started_at', 'run_id'], ...rows]
    .map((row) => `${row.map(cell).join(',')}\r\n`)
    .join('')
}

/** Whether an outcome leaves an account behind. */
const mayExist: Readonly<Partial<Record<Submission['outcome'], 'yes' | 'unknown'>>> = {
  success: 'yes',
  unknown_fate: 'unknown',
  no_confirmation: 'unknown',
  site_error: 'unknown',
  left_authorised_origin: 'unknown',
}

/** A leading `=`, `+`, `-` or `@` would be a formula in a spreadsheet. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
