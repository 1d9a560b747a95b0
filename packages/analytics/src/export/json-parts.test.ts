import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonParts } from './json-parts.ts'

const collect = async (pieces: Iterable<string>): Promise<string[]> => {
  const found: string[] = []
  for await (const part of jsonParts(pieces)) found.push(part)
  return found
}

describe('jsonParts', () => {
  it('gives every object of the series, whatever is in it and wherever the text is cut', async () => {
    const part = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true })
    const space = fc.constantFrom(undefined, 1, '\t')
    await fc.assert(
      fc.asyncProperty(fc.array(part), space, fc.integer({ min: 1, max: 30 }), async (series, indent, cut) => {
        const text = JSON.stringify({ version: 1, series }, undefined, indent)
        const pieces: string[] = []
        for (let i = 0; i < text.length; i += cut) pieces.push(text.slice(i, i + cut))
        const found = await collect(pieces)
        expect(found.map((json) => JSON.parse(json) as unknown)).toEqual(JSON.parse(JSON.stringify(series)))
      }),
    )
  })

  it('reads no further than the part that it gives', async () => {
    let read = 0
    function* endless(): Generator<string> {
      yield '{"version":1,"series":[\n{"name":"first"}'
      for (;;) {
        read += 1
        yield `,\n{"name":"${read}"}`
      }
    }
    const parts = jsonParts(endless())
    expect((await parts.next()).value).toBe('{"name":"first"}')
    expect(read).toBe(0)
    for (let i = 1; i <= 1_000; i += 1) expect((await parts.next()).value).toBe(`{"name":"${i}"}`)
    expect(read).toBe(1_000)
    await parts.return(undefined)
  })

  it.each([
    ['', 'nothing'],
    ['{"version":1,"series":[', 'no end'],
    ['{"version":1,"series":[{}]', 'no last brace'],
    ['{"version":1,"series":[{}]}}', 'more than the document'],
    ['{"version":1,"series":[{}]}{}', 'a second document'],
    ['{"version":1,"series":[{"a":"}', 'the end inside of a text'],
    ['{"version":1,"series":[{}{}]}', 'no comma'],
    ['{"version":1,"series":[,{}]}', 'a comma too many'],
    ['{"version":1,"series":[{},]}', 'a comma at the end'],
    ['{"version":1,"series":[1]}', 'a number for a series'],
    ['{"version":2,"series":[]}', 'another version'],
    ['{"series":[],"version":1}', 'the version behind the series'],
    ['[]', 'another document'],
  ])('refuses %j: %s', async (text) => {
    await expect(collect([text])).rejects.toMatchObject({ code: 'METRIC_IMPORT_INVALID' })
  })
})
