import { describe, expect, it } from 'vitest'
import { SchedulerError } from '../errors.ts'
import { nextRuns } from './next-runs.ts'
import { parseCron } from './wall-pattern.ts'

/** A Thursday. */
const FROM = Date.UTC(2026, 0, 15, 10)

const runs = (expression: string, n = 3): string =>
  nextRuns({ type: 'cron', expression }, n, FROM)
    .map((run) => new Date(run).toISOString().replace(/(:00)?\.000Z$/, ''))
    .join(' ')

describe('an expression', () => {
  it.each([
    ['five fields', '5 4 * * *', '2026-01-16T04:05 2026-01-17T04:05 2026-01-18T04:05'],
    ['six, seconds first', '30 5 4 * * *', '2026-01-16T04:05:30 2026-01-17T04:05:30 2026-01-18T04:05:30'],
    ['seven, the year last', '0 0 0 1 1 * 2028/2', '2028-01-01T00:00 2030-01-01T00:00 2032-01-01T00:00'],
    ['a step from a value', '0/20 10 * * *', '2026-01-15T10:20 2026-01-15T10:40 2026-01-16T10:00'],
    ['a step within a range', '10-30/10 11 * * *', '2026-01-15T11:10 2026-01-15T11:20 2026-01-15T11:30'],
    ['names', '0 0 * FEB MON', '2026-02-02T00:00 2026-02-09T00:00 2026-02-16T00:00'],
    ['Sunday as 7', '0 0 * * 7', '2026-01-18T00:00 2026-01-25T00:00 2026-02-01T00:00'],
    ['a range over midnight', '0 22-1 * * *', '2026-01-15T22:00 2026-01-15T23:00 2026-01-16T00:00'],
    ['a range over midnight with a step', '0 23-5/3 * * *', '2026-01-15T23:00 2026-01-16T02:00 2026-01-16T05:00'],
    ['a range over the week-end', '0 0 * * fri-mon', '2026-01-16T00:00 2026-01-17T00:00 2026-01-18T00:00'],
    ['a range from Sunday as 7', '0 0 * * 7-1', '2026-01-18T00:00 2026-01-19T00:00 2026-01-25T00:00'],
    ['a range of one day', '0 0 * * SUN-SUN', '2026-01-18T00:00 2026-01-25T00:00 2026-02-01T00:00'],
    ['a range over new year', '0 0 1 nov-jan *', '2026-11-01T00:00 2026-12-01T00:00 2027-01-01T00:00'],
    ['day and weekday as alternatives', '0 0 20 * MON', '2026-01-19T00:00 2026-01-20T00:00 2026-01-26T00:00'],
    ['day and weekday both, with +', '0 0 13 * +FRI', '2026-02-13T00:00 2026-03-13T00:00 2026-11-13T00:00'],
    ['both, the weekdays over the week-end', '0 0 13 * +FRI-MON', '2026-02-13T00:00 2026-03-13T00:00 2026-04-13T00:00'],
    ['? for any', '0 12 ? * ?', '2026-01-15T12:00 2026-01-16T12:00 2026-01-17T12:00'],
    ['the last day', '0 0 L * *', '2026-01-31T00:00 2026-02-28T00:00 2026-03-31T00:00'],
    ['days before the last', '0 0 L-3 * *', '2026-01-28T00:00 2026-02-25T00:00 2026-03-28T00:00'],
    ['days before the last, in a list', '0 0 L,L-2 * *', '2026-01-29T00:00 2026-01-31T00:00 2026-02-26T00:00'],
    ['days before the last, or a weekday', '0 0 L-3 * MON', '2026-01-19T00:00 2026-01-26T00:00 2026-01-28T00:00'],
    ['a day that short months lack', '0 0 L-29 * *', '2026-03-02T00:00 2026-04-01T00:00 2026-05-02T00:00'],
    ['the nearest weekday', '0 0 15W * *', '2026-02-16T00:00 2026-03-16T00:00 2026-04-15T00:00'],
    ['the last weekday', '0 0 LW * *', '2026-01-30T00:00 2026-02-27T00:00 2026-03-31T00:00'],
    ['the last weekday, in a list', '0 0 1,LW * *', '2026-01-30T00:00 2026-02-01T00:00 2026-02-27T00:00'],
    ['the nearest weekday before the last day', '0 0 L-3W * *', '2026-01-28T00:00 2026-02-25T00:00 2026-03-27T00:00'],
    ['the last Friday', '0 0 * * FRIL', '2026-01-30T00:00 2026-02-27T00:00 2026-03-27T00:00'],
    ['the second Tuesday', '0 0 * * TUE#2', '2026-02-10T00:00 2026-03-10T00:00 2026-04-14T00:00'],
    ['29 February', '0 0 29 2 *', '2028-02-29T00:00 2032-02-29T00:00 2036-02-29T00:00'],
    ['a nickname', '@weekly', '2026-01-18T00:00 2026-01-25T00:00 2026-02-01T00:00'],
    ['another', '@Monthly', '2026-02-01T00:00 2026-03-01T00:00 2026-04-01T00:00'],
    ['blanks around and between', '  0\t0   1 1 *  ', '2027-01-01T00:00 2028-01-01T00:00 2029-01-01T00:00'],
  ])('%s', (_what, expression, expected) => {
    expect(runs(expression)).toBe(expected)
  })

  it.each(['0 0 31 2 *', '0 0 30 FEB ?', '0 0 31 4,6,9,11 *', '0 0 L-30 2 *', '0 0 0 1 1 * 2020'])(
    '%s never comes',
    (expression) => {
      expect(runs(expression)).toBe('')
    },
  )

  it.each([
    '',
    ' ',
    '* * * *',
    '* * * * * * * *',
    '61 * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * 32 * *',
    '* * * 13 *',
    '* * * * 8',
    '* * L-31 * *',
    '* * L-3 * +MON',
    '* * 0W * *',
    '* * * * 1#6',
    '* * * foo *',
    'a b c d e',
    '*/0 * * * *',
    '*/-1 * * * *',
    '1,,2 * * * *',
    '1-2-3 * * * *',
    '1.5 * * * *',
    '- * * * *',
    '? * * * *',
    '@reboot',
    '@every 5m',
    '__proto__',
    '٣ * * * *',
    `${'1,'.repeat(500)}1 * * * *`,
  ])('%j is refused', (expression) => {
    const attempt = (): unknown => parseCron(expression)
    expect(attempt).toThrow(SchedulerError)
    expect(attempt).toThrow(expect.objectContaining({ code: 'INVALID_CRON' }))
  })

  it.each([
    ['* * * * *', true],
    ['0 9-17 * * *', true],
    ['0/15 9 * * *', true],
    ['0 22-1 * * *', true],
    ['@hourly', true],
    ['0 9 * * *', false],
    ['0,30 9,17 * * MON-FRI', false],
    ['0 0 9 1-5 */2 * *', false],
    ['@daily', false],
  ])('%s repeats in a repeated hour: %s', (expression, repeats) => {
    expect(parseCron(expression).repeats).toBe(repeats)
  })
})
