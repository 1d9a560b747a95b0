import { Cron } from 'croner'
import { SchedulerError } from '../errors.ts'
import { type CronFields, readFields } from './cron-fields.ts'
import { nextOnLastDay, parseLastDay } from './last-days.ts'
import type { WallTime } from './zone.ts'

/** The wall-clock times that an expression names. It knows nothing of zones: they are mapped on top of it. */
export interface WallPattern {
  /** The first match after `wall`, to the second. */
  next(wall: WallTime): WallTime | undefined
  /** True where seconds, minutes or hours have a `*`, a range or a step: then a repeated hour repeats its firings. */
  readonly repeats: boolean
}

type Next = WallPattern['next']

/** Reads an expression. @throws SchedulerError `INVALID_CRON` */
export function parseCron(expression: string): WallPattern {
  try {
    const fields = readFields(expression)
    const parts = alternatives(fields)
    return { repeats: repeats(expression, fields), next: (wall) => earliest(parts, wall) }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/^CronPattern: /, '').replace(/\.$/, '') : String(cause)
    throw new SchedulerError(
      'INVALID_CRON',
      `${JSON.stringify(expression.slice(0, 200))} is no cron expression: ${why}.`,
      'Write 5 fields (minute hour day month weekday), 6 with seconds first, or 7 with the year last.',
      { cause },
    )
  }
}

/**
 * A day of the month and a weekday that are both restricted are alternatives, as in every cron since Vixie's, and so
 * are the days that croner cannot express: each such day becomes a series of its own.
 */
function alternatives(fields: CronFields): Next[] {
  const days = fields.day.split(',')
  const lastDays = days.map(parseLastDay).filter((rule) => rule !== undefined)
  if (lastDays.length === 0) return [arithmetic(fields)]
  if (fields.weekday.startsWith('+')) throw new Error(`${fields.weekday} (both day and weekday) goes with no L-n or LW`)
  const others = days.filter((day) => parseLastDay(day) === undefined)
  const anyDay = arithmetic({ ...fields, day: '*', weekday: '*' })
  const series: Next[] = lastDays.map((rule) => (wall) => nextOnLastDay(rule, anyDay, wall))
  if (others.length > 0) series.push(arithmetic({ ...fields, day: others.join(',') }))
  else if (fields.weekday !== '*') series.push(arithmetic({ ...fields, day: '*' }))
  return series
}

/** Croner in a zone without changes, so that its results are wall time; it arms no timer while paused. */
function arithmetic({ second, minute, hour, day, month, weekday, year }: CronFields): Next {
  const pattern = [second, minute, hour, day, month, weekday, year].join(' ').toUpperCase()
  const cron = new Cron(pattern, { paused: true, utcOffset: 0, sloppyRanges: true, mode: '7-part' })
  return (wall) => cron.nextRun(new Date(wall))?.getTime()
}

function earliest(series: readonly Next[], wall: WallTime): WallTime | undefined {
  let first: WallTime | undefined
  for (const next of series) {
    const match = next(wall)
    if (match !== undefined && (first === undefined || match < first)) first = match
  }
  return first
}

/** Read from the fields as they were written: a range that was spelled out is still a range. */
function repeats(expression: string, { second, minute, hour }: CronFields): boolean {
  const written = expression.trim().split(/\s+/)
  const time = written.length < 5 ? [second, minute, hour] : written.slice(0, written.length === 5 ? 2 : 3)
  return time.some((field) => /[*/-]/.test(field))
}
