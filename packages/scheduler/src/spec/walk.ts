const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

export interface Walk {
  /** Whether a wall time, counted as if it were UTC, is one of the pattern's. */
  readonly matches: (wall: number) => boolean
  /** Whether the pattern has a `*`, a range or a step in its minutes or hours. */
  readonly repeats: boolean
  readonly timeZone: string
  /** Exclusive. */
  readonly after: number
  /** Inclusive. */
  readonly until: number
  /** Of the walk; has to divide every offset of the zone and every time of the pattern. Default a minute. */
  readonly stepMs?: number
}

/**
 * The due times of a pattern, as naively as the policy can be said: look at every minute, and at those that the clock
 * leaves out. Shares nothing with the library.
 */
export function walk({ matches, repeats, timeZone, after, until, stepMs = MINUTE }: Walk): number[] {
  const due: number[] = []
  let highest = Number.NEGATIVE_INFINITY
  // Starts early, so that times shown before `after` count as shown.
  for (let instant = after - DAY; instant <= until; instant += stepMs) {
    const wall = wallOf(timeZone, instant)
    const again = wall <= highest
    const leftOut = highest !== Number.NEGATIVE_INFINITY && wall > highest + stepMs
    let fires = matches(wall) && (!again || repeats)
    if (leftOut) for (let gone = highest + stepMs; gone < wall; gone += stepMs) fires ||= matches(gone)
    if (fires && instant > after) due.push(instant)
    highest = Math.max(highest, wall)
  }
  return due
}

const walls = new Map<string, number>()
const formats = new Map<string, Intl.DateTimeFormat>()

/** Wall time from Intl's calendar fields, which is not how the library gets it. */
export function wallOf(timeZone: string, instant: number): number {
  const key = `${timeZone} ${instant}`
  const known = walls.get(key)
  if (known !== undefined) return known
  const options = { timeZone, hourCycle: 'h23', dateStyle: 'short', timeStyle: 'medium' } as const
  const format = formats.get(timeZone) ?? new Intl.DateTimeFormat('en-GB', options)
  formats.set(timeZone, format)
  const [day = 0, month = 1, year = 0, hour, minute, second] = (format.format(instant).match(/\d+/g) ?? []).map(Number)
  const wall = Date.UTC(year, month - 1, day, hour, minute, second)
  walls.set(key, wall)
  return wall
}
