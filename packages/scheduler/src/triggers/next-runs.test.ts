import { describe, expect, it } from 'vitest'
import type { Trigger } from '../types.ts'
import { nextRuns } from './next-runs.ts'

const daily = { type: 'cron', expression: '30 2 * * *' } as const

describe('the next runs of a trigger', () => {
  it.each([
    ['a start that is no time', 1, Number.NaN],
    ['a start that is a text', 1, '2026-01-01'],
    ['a number below 0', -1, 0],
    ['a number that is none', Number.NaN, 0],
    ['no end of them', Number.POSITIVE_INFINITY, 0],
  ])('are refused for %s', (_what, n, from) => {
    expect(() => nextRuns(daily, n, from as number)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })

  it('are refused for a key that the trigger does not have, as by `add`', () => {
    const trigger = { ...daily, timezone: 'Europe/Berlin' } as Trigger
    expect(() => nextRuns(trigger, 1, 0)).toThrow(expect.objectContaining({ code: 'INVALID_TRIGGER' }))
  })

  it('lie in the years that a pattern can name, wherever the search starts', () => {
    expect(nextRuns(daily, 1, -8.64e15)).toEqual([Date.parse('0001-01-02T02:30:00Z')])
    expect(nextRuns(daily, 1, 8.64e15)).toEqual([])
  })
})
