import type { WallTime } from './zone.ts'

/** `L-n` and `L-nW`: the n-th day before a month's last one, or the weekday (Mon-Fri) of the same month nearest to it. */
export interface LastDay {
  readonly daysBefore: number
  readonly weekday: boolean
}

const DAY_MS = 86_400_000
/** `L-30` is the first of a long month. */
const MOST_DAYS_BEFORE = 30
/** Only February lacks days that the longest months have: a pattern that found none in so many months never will. */
const MOST_MONTHS = 600

/** Reads `L-3`, `L-3W` and (as `L-0W`) `LW`. */
export function parseLastDay(item: string): LastDay | undefined {
  const match = /^l(?:-(\d{1,2}))?(w)?$/.exec(item)
  if (match === null || (match[1] === undefined && match[2] === undefined)) return undefined
  const daysBefore = Number(match[1] ?? 0)
  return daysBefore > MOST_DAYS_BEFORE ? undefined : { daysBefore, weekday: match[2] !== undefined }
}

/**
 * The first match after `wall` on such a day.
 * @param anyDay the same pattern on any day: it has to match at least once on each day of a month in which it matches
 */
export function nextOnLastDay(
  rule: LastDay,
  anyDay: (wall: WallTime) => WallTime | undefined,
  wall: WallTime,
): WallTime | undefined {
  let from = wall
  for (let months = 0; months < MOST_MONTHS; months++) {
    const match = anyDay(from)
    if (match === undefined) return undefined
    const date = new Date(match)
    const year = date.getUTCFullYear()
    const month = date.getUTCMonth()
    const day = dayIn(rule, year, month)
    if (day !== undefined) {
      const start = Date.UTC(year, month, day)
      const onDay = match < start ? anyDay(start - 1) : match
      if (onDay === undefined || onDay < start + DAY_MS) return onDay
    }
    from = Date.UTC(year, month + 1, 1) - 1
  }
  return undefined
}

/** The day of a month (0-based) that the rule names; none where the month is too short. */
export function dayIn({ daysBefore, weekday }: LastDay, year: number, month: number): number | undefined {
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  const day = last - daysBefore
  if (day < 1) return undefined
  if (!weekday) return day
  const dayOfWeek = new Date(Date.UTC(year, month, day)).getUTCDay()
  if (dayOfWeek === 6) return day > 1 ? day - 1 : day + 2
  if (dayOfWeek === 0) return day < last ? day + 1 : day - 2
  return day
}
