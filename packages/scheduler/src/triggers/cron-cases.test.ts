import { describe, expect, it } from 'vitest'
import cases from './fixtures/cron-cases.json' with { type: 'json' }
import { nextRuns } from './next-runs.ts'

interface Case {
  readonly expression: string
  readonly timezone: string
  readonly from: string
  readonly inclusive: boolean
  readonly expected: string | null
}

function next({ expression, timezone, from, inclusive }: Case): string | null {
  const after = Date.parse(from) - (inclusive ? 1 : 0)
  const [run] = nextRuns({ type: 'cron', expression, timeZone: timezone }, 1, after)
  return run === undefined ? null : new Date(run).toISOString()
}

const iso = (time: string | null): string | null => (time === null ? null : new Date(time).toISOString())

describe('cases of Cronos, robfig/cron and cron-parser', () => {
  it('are all here', () => {
    expect(cases.length).toBe(223)
  })

  it.each(cases)('$expression in $timezone from $from ($source)', (example) => {
    expect(next(example)).toBe(iso(example.expected))
  })
})

/** Clock changes that those cases leave out, checked by hand against the zones' rules. */
const MORE: readonly (readonly [what: string, example: Case])[] = [
  ['every minute leaves out the gap', at('* * * * *', 'Europe/Berlin', '2026-03-29T00:59:00Z', '2026-03-29T01:00:00Z')],
  [
    'a daily time in the gap fires right after it',
    at('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-29T01:00:00Z'),
  ],
  [
    'a weekly list in the gap fires once',
    at('15,45 2 * * SUN', 'Europe/Berlin', '2026-03-29T01:00:00Z', '2026-04-05T00:15:00Z'),
  ],
  [
    'every quarter repeats in the overlap',
    at('*/15 * * * *', 'Europe/Berlin', '2026-10-25T00:45:00Z', '2026-10-25T01:00:00Z'),
  ],
  ['a fixed list does not', at('0,30 2 * * *', 'Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-26T01:00:00Z')],
  [
    'from within the second pass, a fixed time is over',
    at('50 2 * * *', 'Europe/Berlin', '2026-10-25T01:10:00Z', '2026-10-26T01:50:00Z'),
  ],
  [
    'from within the second pass, a range still fires',
    at('50 2-3 * * *', 'Europe/Berlin', '2026-10-25T01:10:00Z', '2026-10-25T01:50:00Z'),
  ],
  ['midnight does not exist', at('0 0 * * *', 'America/Havana', '2026-03-07T12:00:00Z', '2026-03-08T05:00:00Z')],
  ['midnight exists twice', at('0 0 * * *', 'America/Havana', '2026-10-31T12:00:00Z', '2026-11-01T04:00:00Z')],
  [
    'midnight exists twice: the next is tomorrow',
    at('0 0 * * *', 'America/Havana', '2026-11-01T04:00:00Z', '2026-11-02T05:00:00Z'),
  ],
  ['a zone skips a whole day', at('0 12 * * *', 'Pacific/Apia', '2011-12-29T22:00:00Z', '2011-12-30T10:00:00Z')],
  ['a two-hour change', at('30 1 * * *', 'Antarctica/Troll', '2026-03-28T12:00:00Z', '2026-03-29T01:00:00Z')],
  [
    'a zone that gave its changes up',
    at('30 3 * * *', 'Europe/Moscow', '2011-03-26T12:00:00Z', '2011-03-26T23:30:00Z'),
  ],
  ['a zone with an odd offset', at('0 0 * * *', 'Asia/Kathmandu', '2026-01-01T00:00:00Z', '2026-01-01T18:15:00Z')],
]

describe('clock changes beyond them', () => {
  it.each(MORE)('%s', (_what, example) => {
    expect(next(example)).toBe(iso(example.expected))
  })
})

function at(expression: string, timezone: string, from: string, expected: string): Case {
  return { expression, timezone, from, inclusive: false, expected }
}
