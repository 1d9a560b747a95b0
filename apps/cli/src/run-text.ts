import type { RunDetails } from '@refbot/client'
import type { Session } from './session.ts'
import { stateCell } from './terminal/state.ts'
import type { Cell } from './terminal/table.ts'
import { bytes, duration, localTime } from './terminal/text.ts'

/** A run for people: facts, what it returned, steps, files. */
export function runText(session: Session, run: RunDetails): string {
  const parts = [facts(session, run)]
  const result = resultFacts(run.result)
  if (result.length > 0) parts.push(session.facts(result))
  parts.push(...resultTables(session, run.result))
  if (run.steps.length > 0) parts.push(steps(session, run))
  if (run.artifacts.length > 0) {
    const heads = [{ head: 'ARTIFACT' }, { head: 'TYPE' }, { head: 'SIZE', align: 'right' }] as const
    parts.push(
      session.table(
        heads,
        run.artifacts.map((each) => [each.name, each.contentType, bytes(each.bytes)]),
      ),
    )
  }
  return parts.join('\n\n')
}

/** Until when a run waits for its next attempt, and because of what. */
export function waitingText({ retryAt, error }: { readonly retryAt: string; readonly error?: RunDetails['error'] }) {
  const why = error === undefined ? '' : ` because ${error.message} (${error.code})`
  return `until ${localTime(retryAt)}${why}`
}

function facts(session: Session, run: RunDetails): string {
  const { attempts, error, progress, retryAt } = run
  return session.facts([
    ['run', run.id],
    ['plugin', run.plugin],
    ['status', stateCell(run.status)],
    ['reason', run.reason],
    ['cause', run.cause],
    ['began', localTime(run.claimedAt)],
    ['took', run.durationMs === undefined ? undefined : duration(run.durationMs)],
    ['attempts', attempts.length > 1 ? String(attempts.length) : undefined],
    ['progress', progress === undefined ? undefined : `${progress.done}/${progress.total} ${progress.message ?? ''}`],
    ['waiting', retryAt === undefined ? undefined : { text: waitingText({ retryAt, error }), colour: 'yellow' }],
    [
      'error',
      error === undefined || retryAt !== undefined
        ? undefined
        : { text: `${error.message} (${error.code})`, colour: 'red' },
    ],
  ])
}

function steps(session: Session, run: RunDetails): string {
  const heads = [{ head: 'STEP' }, { head: 'TOOK', align: 'right' }, { head: 'ERROR' }] as const
  const several = run.attempts.length > 1
  const rows = run.steps.map((step): Cell[] => [
    several ? `${step.attempt}: ${step.path}` : step.path,
    duration(step.durationMs),
    step.error === undefined ? '' : { text: firstLine(step.error), colour: 'red' },
  ])
  return session.table(heads, rows)
}

/** What a plugin returned, as far as it is a plain list of values: its `summary` where it has one. */
function resultFacts(result: unknown): (readonly [string, string])[] {
  if (!isRecord(result)) return result === null || result === undefined ? [] : [['result', JSON.stringify(result)]]
  const shown = summaryOf(result)
  return Object.entries(shown).flatMap(([name, value]) =>
    value === null || typeof value === 'object' ? [] : [[name, String(value)] as const],
  )
}

/** Lists of plain rows that a plugin returned, a table each. */
function resultTables(session: Session, result: unknown): string[] {
  if (!isRecord(result)) return []
  return Object.entries(summaryOf(result)).flatMap(([name, value]) => {
    if (!Array.isArray(value) || value.length === 0 || !value.every(isPlainRow)) return []
    const keys = [...new Set(value.flatMap((row) => Object.keys(row)))]
    const rows = value.map((row) => keys.map((key) => String(row[key] ?? '')))
    return [
      `${name}\n${session.table(
        keys.map((key) => ({ head: key.toUpperCase() })),
        rows,
      )}`,
    ]
  })
}

function summaryOf(result: Record<string, unknown>): Record<string, unknown> {
  return isRecord(result.summary) ? result.summary : result
}

function isPlainRow(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && Object.values(value).every((item) => item === null || typeof item !== 'object')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Playwright's errors bring their call log along; the run's own log has all of it. */
function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
