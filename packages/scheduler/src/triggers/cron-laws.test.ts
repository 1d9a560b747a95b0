import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { walk } from '../spec/walk.ts'
import { nextRuns } from './next-runs.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** One field: what is written, what it matches, and whether it is a `*`, a range or a step. */
interface Field {
  readonly text: string
  readonly matches: (value: number) => boolean
  readonly wild: boolean
}

const ANY: Field = { text: '*', matches: () => true, wild: true }

function field(low: number, high: number): fc.Arbitrary<Field> {
  const value = fc.integer({ min: low, max: high })
  return fc.oneof(
    fc.constant(ANY),
    fc
      .uniqueArray(value, { minLength: 1, maxLength: 4 })
      .map((values): Field => ({ text: values.join(','), matches: (v) => values.includes(v), wild: false })),
    fc.tuple(value, value).map(([a, b]): Field => {
      const inRange = (v: number): boolean => (a <= b ? v >= a && v <= b : v >= a || v <= b)
      return { text: `${a}-${b}`, matches: inRange, wild: true }
    }),
    fc
      .integer({ min: 2, max: high })
      .map((step): Field => ({ text: `*/${step}`, matches: (v) => (v - low) % step === 0, wild: true })),
    fc.tuple(value, fc.integer({ min: 1, max: high })).map(
      ([from, step]): Field => ({
        text: `${from}/${step}`,
        matches: (v) => v >= from && (v - from) % step === 0,
        wild: true,
      }),
    ),
  )
}

/** Windows around clock changes of 2026 and 2017, and days without any. */
const WINDOWS: readonly (readonly [timeZone: string, from: number])[] = [
  ['Europe/Berlin', Date.UTC(2026, 2, 28, 12)],
  ['Europe/Berlin', Date.UTC(2026, 9, 24, 12)],
  ['America/New_York', Date.UTC(2026, 2, 7, 20)],
  ['America/New_York', Date.UTC(2026, 9, 31, 20)],
  ['America/Havana', Date.UTC(2026, 2, 7, 12)],
  ['America/Havana', Date.UTC(2026, 9, 31, 12)],
  ['Australia/Lord_Howe', Date.UTC(2017, 2, 31, 12)],
  ['Australia/Lord_Howe', Date.UTC(2017, 8, 29, 20)],
  ['Antarctica/Troll', Date.UTC(2026, 2, 28, 12)],
  ['Pacific/Apia', Date.UTC(2011, 11, 29, 0)],
  ['Asia/Kathmandu', Date.UTC(2026, 5, 10)],
  ['UTC', Date.UTC(2024, 1, 28)],
]

const pattern = fc.record({
  minute: field(0, 59),
  hour: field(0, 23),
  day: fc.oneof({ weight: 3, arbitrary: fc.constant(ANY) }, { weight: 1, arbitrary: field(1, 31) }),
  month: fc.oneof({ weight: 5, arbitrary: fc.constant(ANY) }, { weight: 1, arbitrary: field(1, 12) }),
  weekday: fc.oneof({ weight: 3, arbitrary: fc.constant(ANY) }, { weight: 1, arbitrary: field(0, 6) }),
})
type Pattern = typeof pattern extends fc.Arbitrary<infer P> ? P : never

describe('the next due times of any pattern, over any clock change', () => {
  it('are those of a walk by the minute: after the start, all matching, none left out, none twice', () => {
    fc.assert(
      fc.property(pattern, fc.constantFrom(...WINDOWS), (fields, [timeZone, from]) => {
        const { minute, hour, day, month, weekday } = fields
        const expression = [minute, hour, day, month, weekday].map(({ text }) => text).join(' ')
        const walked = walk({
          matches: (wall) => matches(fields, wall),
          repeats: minute.wild || hour.wild,
          timeZone,
          after: from,
          until: from + 1.5 * DAY,
        })
        const runs = nextRuns({ type: 'cron', expression, timeZone }, walked.length + 1, from)
        expect(runs.slice(0, walked.length)).toEqual(walked)
        expect(runs[walked.length] ?? Number.POSITIVE_INFINITY).toBeGreaterThan(from + 1.5 * DAY)
      }),
      { numRuns: 80 },
    )
  })

  it('do not depend on where between two of them the search starts', () => {
    fc.assert(
      fc.property(
        pattern,
        fc.constantFrom(...WINDOWS),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (fields, [timeZone, from], part) => {
          const { minute, hour, day, month, weekday } = fields
          const expression = [minute, hour, day, month, weekday].map(({ text }) => text).join(' ')
          const [first, second] = nextRuns({ type: 'cron', expression, timeZone }, 2, from)
          if (first === undefined || second === undefined) return
          const between = Math.min(first + Math.floor(part * (second - first)), second - 1)
          expect(nextRuns({ type: 'cron', expression, timeZone }, 1, between)).toEqual([second])
        },
      ),
      { numRuns: 150 },
    )
  })
})

function matches({ minute, hour, day, month, weekday }: Pattern, wall: number): boolean {
  const date = new Date(wall)
  const onDay = day.matches(date.getUTCDate())
  const onWeekday = weekday.matches(date.getUTCDay())
  return (
    minute.matches(date.getUTCMinutes()) &&
    hour.matches(date.getUTCHours()) &&
    month.matches(date.getUTCMonth() + 1) &&
    (day.text === '*' || weekday.text === '*' ? onDay && onWeekday : onDay || onWeekday)
  )
}
