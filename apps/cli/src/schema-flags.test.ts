import { describe, expect, it } from 'vitest'
import { readArguments, schemaFlags, schemaWords } from './schema-flags.ts'

const schema = {
  type: 'object',
  properties: {
    url: { type: 'string', description: 'The page.' },
    times: { type: 'integer', default: 10 },
    delayMs: { type: 'number' },
    loud: { type: 'boolean' },
    mode: { type: 'string', enum: ['slow', 'fast'] },
    tags: { type: 'array', items: { type: 'string' } },
    success: { type: 'object', properties: { text: { type: 'string' } } },
    password: { type: 'string', writeOnly: true },
  },
}
const own = { id: { type: 'positional' }, wait: { type: 'boolean' } } as const
const read = (...rest: string[]) => readArguments(rest, own, schema)

describe('flags of a schema', () => {
  it('are named after its keys, without those that must not be shown', () => {
    expect([...schemaFlags(schema).keys()]).toEqual([
      'set.url',
      'times',
      'delay-ms',
      'loud',
      'mode',
      'tags',
      'success.text',
    ])
  })

  it('are none for a key that leads out of the settings', () => {
    const properties: unknown = JSON.parse('{"__proto__":{"properties":{"x":{"type":"string"}}},"y":{"type":"string"}}')
    expect([...schemaFlags({ properties }).keys()]).toEqual(['y'])
  })

  it('give values of the types that it wants, beside the flags of the command', () => {
    const line = 'shop --times 3 --delay-ms=1.5 --loud --mode fast --tags a,b --success.text Hi --wait'.split(' ')
    expect(read(...line)).toEqual({
      positionals: ['shop'],
      values: { times: 3, delayMs: 1.5, loud: true, mode: 'fast', tags: ['a', 'b'], success: { text: 'Hi' } },
      own: new Map([['wait', 'true']]),
    })
  })

  it('may be plain words where the schema cannot do without them', () => {
    const asked = { ...schema, required: ['url', 'times'] }
    const words = schemaWords(asked)
    const say = (line: string) => readArguments(['shop', ...line.split(' ')], own, asked, words).values
    expect(words).toEqual(['set.url', 'times'])
    expect(say('http://a.example/ 3')).toEqual({ url: 'http://a.example/', times: 3 })
    expect(say('--set.url http://a.example/ 3')).toEqual({ url: 'http://a.example/', times: 3 })
    for (const line of ['a 3 b', '--set.url a 3 4'])
      expect(() => say(line)).toThrow(expect.objectContaining({ code: 'CLI_ARGUMENT_UNEXPECTED' }))
    expect(() => read('shop', 'http://a.example/')).toThrow(
      expect.objectContaining({ code: 'CLI_ARGUMENT_UNEXPECTED' }),
    )
  })

  it.each([
    ['--times many', 'CLI_FLAG_INVALID'],
    ['--times 1.5', 'CLI_FLAG_INVALID'],
    ['--mode medium', 'CLI_FLAG_INVALID'],
    ['--password x', 'CLI_UNKNOWN_FLAG'],
    ['--tiems 3', 'CLI_UNKNOWN_FLAG'],
    ['--times', 'CLI_FLAG_VALUE_MISSING'],
  ])('refuse %s with %s', (line, code) => {
    expect(() => read('shop', ...line.split(' '))).toThrow(expect.objectContaining({ code }))
  })
})
