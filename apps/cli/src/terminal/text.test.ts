import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytes, columns, duration, figure, neutral, percent, safeJson } from './text.ts'

const hostile = fc.string({
  unit: fc.constantFrom(
    '\u001b',
    '\u009b',
    '\r',
    '\n',
    '\u202e',
    '\u2066',
    '\u0000',
    '\u2028',
    'a',
    'ü',
    '語',
    '👨‍👩‍👧',
  ),
})

const HARMFUL = /[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u

describe('text of others', () => {
  it('can do nothing to a terminal', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(neutral(text)).not.toMatch(HARMFUL)
        expect(safeJson({ text }).replaceAll('\n', '')).not.toMatch(HARMFUL)
      }),
    )
  })

  it('stays the same where it is harmless, and JSON says the same in any case', () => {
    for (const text of ['plain', 'ü 語 👨‍👩‍👧', 'a\\x1b']) expect(neutral(text)).toBe(text)
    expect(neutral('\u001b[2J\n\u202e')).toBe('\\x1b[2J\\x0a\\u{202e}')
    fc.assert(
      fc.property(hostile, (text) => {
        expect(JSON.parse(safeJson({ text }))).toEqual({ text })
      }),
    )
  })

  it('takes up the columns that a terminal gives it', () => {
    expect([
      columns('abc'),
      columns('ü'),
      columns('u\u0308'),
      columns('語'),
      columns('👨‍👩‍👧'),
      columns('● ok'),
    ]).toEqual([3, 1, 1, 2, 2, 4])
  })
})

it('figures have units and no more digits than they mean', () => {
  expect([0, 820, 999.6, 4_120, 59_949, 59_950, 200_000, 7_500_000].map(duration)).toEqual([
    '0 ms',
    '820 ms',
    '1000 ms',
    '4.1 s',
    '59.9 s',
    '1 min 0 s',
    '3 min 20 s',
    '2 h 5 min',
  ])
  expect([512, 3_400, 1_250_000].map(bytes)).toEqual(['512 B', '3.4 kB', '1.3 MB'])
  expect([1, 0.975, 1 / 3].map(percent)).toEqual(['100 %', '97.5 %', '33.3 %'])
  expect([0, 0.01234567, 12.3456, 1234567.8, -5].map(figure)).toEqual(['0', '0.01235', '12.35', '1234568', '-5'])
})
