import type { Submission } from '../submission.ts'

/** An account that a run made, or may have made. */
export type AccountRow = {
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  /** `unknown`: the site may have made it. */
  readonly created: 'yes' | 'unknown'
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly runId: string
}

/** The accounts that submissions made, or may have made, so that the site's owner can delete them. */
export function accountsOf(submissions: readonly Submission[], runId: string): readonly AccountRow[] {
  return submissions.flatMap(({ outcome, identity: { email, firstName, lastName }, startedAt, response }) => {
    // A wall that comes after the answer says nothing of what the answer was to.
    const isAnswered = response !== undefined && response.status < 400
    const created = mayExist[outcome] ?? (isAnswered && walls.has(outcome) ? 'unknown' : undefined)
    return created === undefined
      ? []
      : [{ email, firstName, lastName, created, startedAt: new Date(startedAt).toISOString(), runId }]
  })
}

/** CSV (RFC 4180). */
export function toAccounts(accounts: readonly AccountRow[]): string {
  const rows = accounts.map(({ email, firstName, lastName, created, startedAt, runId }) => {
    return [email, firstName, lastName, created, startedAt, runId]
  })
  return [['email', 'first_name', 'last_name', 'created', 'started_at', 'run_id'], ...rows]
    .map((row) => `${row.map(cell).join(',')}\r\n`)
    .join('')
}

/** Whether an outcome leaves an account behind. */
const mayExist: Readonly<Partial<Record<Submission['outcome'], 'yes' | 'unknown'>>> = {
  success: 'yes',
  no_mail: 'yes',
  confirmation_failed: 'yes',
  unknown_fate: 'unknown',
  no_confirmation: 'unknown',
  site_error: 'unknown',
  left_authorised_origin: 'unknown',
}

const walls: ReadonlySet<Submission['outcome']> = new Set(['captcha', 'challenged', 'rate_limited'])

/** A leading `=`, `+`, `-` or `@` would be a formula in a spreadsheet. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
