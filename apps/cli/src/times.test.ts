import { describe, expect, it } from 'vitest'
import { endOf, sinceOf } from './times.ts'

const NOW = Date.parse('2026-11-25T14:00:00Z')

describe('--since', () => {
  it.each([
    ['90s', '2026-11-25T13:58:30.000Z'],
    ['10m', '2026-11-25T13:50:00.000Z'],
    ['2h', '2026-11-25T12:00:00.000Z'],
    ['7d', '2026-11-18T14:00:00.000Z'],
    ['2026-11-25T10:00:00+02:00', '2026-11-25T08:00:00.000Z'],
    ['2026-11-25T10:00Z', '2026-11-25T10:00:00.000Z'],
    ['2026-11-25', '2026-11-25T00:00:00.000Z'],
  ])('%s is %s', (text, iso) => {
    expect(sinceOf(text, NOW)).toBe(iso)
  })

  it.each(['', '10', '10 m', '-5m', 'yesterday', '2026-13-45', '25.11.2026', '9999999d'])('"%s" is no time', (text) => {
    expect(() => sinceOf(text, NOW)).toThrow(expect.objectContaining({ code: 'CLI_FLAG_INVALID', exitCode: 2 }))
  })
})

describe('an end', () => {
  it.each([
    [{ for: '90s' }, '2026-11-25T14:01:30.000Z'],
    [{ for: '7d' }, '2026-12-02T14:00:00.000Z'],
    [{ until: '2026-11-26T10:00+02:00' }, '2026-11-26T08:00:00.000Z'],
  ])('%j is %s', (flags, iso) => {
    expect(endOf(flags, NOW)).toBe(iso)
  })

  it.each([
    [{}, 'CLI_FLAG_CONFLICT'],
    [{ for: '1h', until: '2026-11-26' }, 'CLI_FLAG_CONFLICT'],
    [{ for: 'long' }, 'CLI_FLAG_INVALID'],
    [{ until: '2h' }, 'CLI_FLAG_INVALID'],
  ])('%j is none: %s', (flags, code) => {
    expect(() => endOf(flags, NOW)).toThrow(expect.objectContaining({ code, exitCode: 2 }))
  })
})
