import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type JsonText, readJsonText } from './json-text.ts'

function read(text: string): JsonText {
  const json = readJsonText(text)
  if ('error' in json) throw new Error(`${json.error.line}:${json.error.column} ${json.error.message}`)
  return json
}

describe('JSON with places', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(3), (text, indent) => {
        const spaced = JSON.stringify(JSON.parse(text), null, indent)
        expect(read(spaced).value).toEqual(JSON.parse(text))
      }),
    )
  })

  it('refuses what JSON.parse refuses', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"\\u00e4"',
      '"\\x"',
      '1',
      '-',
      '01',
      '1e3',
      '.5',
      'true',
      'nul',
      '\n',
      ' ',
      '\v',
      '"\t"',
      '"',
    ]
    const accepts = (read: () => unknown) => {
      try {
        read()
        return true
      } catch {
        return false
      }
    }
    const isTaken = (text: string) => accepts(() => JSON.parse(text))
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 8 }), (parts) => {
        const text = parts.join('')
        expect([text, !('error' in readJsonText(text))]).toEqual([text, isTaken(text)])
      }),
      { numRuns: 3000 },
    )
  })

  it('knows the line of every key and element', () => {
    const text = '\uFEFF{\n  "a": [\n    1,\n    { "b": 2,\r\n      "c\\"d": 3 }\n  ],\n\n  "e":\n    4\n}'
    const { lineOf } = read(text)
    const lines = [[], ['a'], ['a', 0], ['a', 1], ['a', 1, 'b'], ['a', 1, 'c"d'], ['e']].map(lineOf)
    expect(lines).toEqual([1, 2, 3, 4, 4, 5, 8])
  })

  it('gives the nearest line above for what is not there', () => {
    expect(read('{\n"a": {\n}}').lineOf(['a', 'missing', 3])).toBe(2)
  })

  it('tells of keys that stand twice', () => {
    expect(read('{"a": [{}, {\n"b": 1,\n\n"b": 2}]}')).toMatchObject({
      value: { a: [{}, { b: 2 }] },
      repeated: [{ path: ['a', '1', 'b'], line: 4, first: 2 }],
    })
  })

  it.each([
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3, 'expected "," or "}"'],
    ['{ "a": 1, }', 1, 11, 'no comma after the last'],
    ['{\n// why\n}', 2, 1, 'no comments'],
    ['{ a: 1 }', 1, 3, 'a key in double quotes'],
    ['{ "a" 1 }', 1, 7, '":" after the key'],
    ['{ "a": ', 1, 8, 'the file ends where a value'],
    ['["a', 1, 4, 'does not end in its line'],
    ['["\\q"]', 1, 3, 'no such escape'],
    ['{} x', 1, 4, 'follows the end'],
    ['', 1, 1, 'the file ends where a value'],
    ['['.repeat(100_000), 1, 65, 'deeper than 64'],
  ])('says where %j is wrong', (text, line, column, message) => {
    expect(readJsonText(text)).toEqual({ error: { line, column, message: expect.stringContaining(message) } })
  })

  it('never repeats the text in an error', () => {
    const json = readJsonText('{ "proxies": ["user:hunter2@a:1" "b"] }')
    expect(json).toHaveProperty('error')
    expect(JSON.stringify(json)).not.toContain('hunter2')
  })

  it('reads a text of many megabytes', () => {
    expect(read(JSON.stringify(['x'.repeat(5_000_000)])).value).toHaveLength(1)
  })

  it('gives a key called __proto__ no power', () => {
    const value = read('{"__proto__": {"polluted": 1}}').value
    expect(Object.keys(value as object)).toEqual(['__proto__'])
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })
})
