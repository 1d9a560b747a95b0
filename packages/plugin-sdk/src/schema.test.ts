import { describe, expect, it } from 'vitest'
import { z } from './index.ts'
import type { JsonValue } from './json.ts'
import type { ConfigSchema } from './plugin.ts'
import { inputSchema, writeOnlyPaths, writeOnlyValues } from './schema.ts'

const hidden = z.string().meta({ writeOnly: true })
const named = z.string().meta({ id: 'Password', writeOnly: true })
interface Folder {
  key: string
  inner?: Folder | undefined
}
const folder: z.ZodType<Folder> = z.object({
  key: hidden,
  get inner() {
    return folder.optional()
  },
})

describe('what must not be shown', () => {
  it.each<[string, ConfigSchema, JsonValue, readonly (readonly string[])[]]>([
    [
      'in an object',
      z.object({ login: z.object({ password: hidden }) }),
      { login: { password: 'p' } },
      [['login', 'password']],
    ],
    ['under any name, with a dot in it too', z.record(z.string(), hidden), { 'shop.example': 'p' }, [['shop.example']]],
    [
      'in a list',
      z.object({ all: z.array(hidden) }),
      { all: ['a', 'b'] },
      [
        ['all', '0'],
        ['all', '1'],
      ],
    ],
    [
      'at one place of a list',
      z.object({ pair: z.tuple([z.string(), hidden]) }),
      { pair: ['a', 'b'] },
      [['pair', '1']],
    ],
    [
      'in one form of several',
      z.object({ as: z.union([z.object({ key: hidden }), z.int()]) }),
      { as: { key: 'k' } },
      [['as', 'key']],
    ],
    [
      'by a name of its own',
      z.object({ old: named, new: named.optional() }),
      { old: 'a', new: 'b' },
      [['old'], ['new']],
    ],
    ['however deep', folder as never, { key: 'a', inner: { key: 'b' } }, [['key'], ['inner', 'key']]],
    ['whatever it is', z.object({ on: z.boolean().meta({ writeOnly: true }) }), { on: true }, [['on']]],
    ['as a whole', z.object({ all: z.object({ a: z.int() }).meta({ writeOnly: true }) }), { all: { a: 1 } }, [['all']]],
    ['nowhere', z.object({ name: z.string() }), { name: 'n' }, []],
  ])('is found %s', (_, schema, value, paths) => {
    expect(writeOnlyPaths(inputSchema(schema, 'config'), value)).toEqual(paths)
  })

  it('is told by its text, of all that it holds', () => {
    const schema = inputSchema(
      z.object({ all: z.object({ pin: z.int(), on: z.boolean() }).meta({ writeOnly: true }) }),
      'config',
    )
    expect([...writeOnlyValues(schema, { all: { pin: 12345, on: true } })]).toEqual([['all.pin', '12345']])
  })

  it('is found in a schema that leads back to itself', () => {
    const schema = { anyOf: [{ $ref: '#' }, { $ref: '#/$defs/a~1b' }], $defs: { 'a/b': { writeOnly: true } } }
    expect(writeOnlyPaths(schema, 'x')).toEqual([[]])
  })
})
