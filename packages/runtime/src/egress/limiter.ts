/** How many submits an origin takes; `null` is no limit. */
export interface SubmitLimits {
  readonly maxPerMinute: number | null
  readonly maxPerDay: number | null
}

/** What an origin has taken on one UTC day, to be kept over a restart. */
export interface DayCount {
  readonly origin: string
  /** Days since the epoch. */
  readonly day: number
  readonly count: number
}

/** Let through and counted, or the limit that stands against it and when it will give way. */
export type Taken =
  | {
      readonly allowed: true /** Of today, this one included; absent where there is no limit. */
      readonly counted?: DayCount
    }
  | { readonly allowed: false; readonly rule: LimitRule; readonly retryAfterMs: number }

export type LimitRule = 'limit_minute' | 'limit_day'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/**
 * Counts submits per origin over all runs: any 60 seconds hold at most `maxPerMinute`, any UTC day at most `maxPerDay`.
 * A submit that is refused does not count. Time is handed in; it keeps no more than `maxPerMinute` moments an origin.
 */
export class SubmitLimiter {
  readonly #recent = new Map<string, number[]>()
  readonly #days = new Map<string, { day: number; count: number }>()

  constructor(counts: Iterable<DayCount> = []) {
    for (const { origin, day, count } of counts) this.#days.set(origin, { day, count })
  }

  take(origin: string, limits: SubmitLimits, now: number): Taken {
    const { maxPerMinute, maxPerDay } = limits
    if (maxPerMinute === null && maxPerDay === null) return { allowed: true }
    const day = Math.floor(now / DAY_MS)
    const today = this.#today(origin, day)
    if (maxPerDay !== null && today.count >= maxPerDay) {
      return { allowed: false, rule: 'limit_day', retryAfterMs: (day + 1) * DAY_MS - now }
    }
    if (maxPerMinute !== null) {
      // A clock that was set back leaves moments of the future behind, which would block for as long.
      const recent = (this.#recent.get(origin) ?? []).filter((at) => at > now - MINUTE_MS && at <= now)
      this.#recent.set(origin, recent)
      const blocking = recent[recent.length - maxPerMinute]
      if (blocking !== undefined) {
        return { allowed: false, rule: 'limit_minute', retryAfterMs: blocking + MINUTE_MS - now }
      }
      recent.push(now)
    }
    today.count++
    return { allowed: true, counted: { origin, ...today } }
  }

  #today(origin: string, day: number): { day: number; count: number } {
    const known = this.#days.get(origin)
    if (known?.day === day) return known
    const today = { day, count: 0 }
    this.#days.set(origin, today)
    return today
  }
}

export function unlimited(): SubmitLimits {
  return { maxPerMinute: null, maxPerDay: null }
}

/** The stricter of two, limit by limit. */
export function stricter(one: SubmitLimits, other: SubmitLimits): SubmitLimits {
  return {
    maxPerMinute: least(one.maxPerMinute, other.maxPerMinute),
    maxPerDay: least(one.maxPerDay, other.maxPerDay),
  }
}

/** The lower of two limits. */
export function least(one: number | null, other: number | null): number | null {
  if (one === null) return other
  return other === null ? one : Math.min(one, other)
}
