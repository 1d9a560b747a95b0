import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { painter, wantsColour } from './paint.ts'
import { stateCell } from './state.ts'
import { facts, table } from './table.ts'

const plain = painter(false)

describe('a table', () => {
  it('is aligned whatever its cells hold', () => {
    const heads = [{ head: 'NAME' }, { head: 'N', align: 'right' as const }, { head: 'STATE' }]
    const rows = [
      ['語', '5', stateCell('success')],
      ['a\nb', '1000', stateCell('failed')],
    ]
    expect(table(heads, rows, plain)).toBe(
      ['NAME       N  STATE', '語         5  ● success', 'a\\x0ab  1000  ■ failed'].join('\n'),
    )
  })

  it('is coloured without being moved', () => {
    const rows = [
      ['x', stateCell('success')],
      ['y', stateCell('open')],
    ]
    const coloured = table([{ head: 'A' }, { head: 'B' }], rows, painter(true))
    expect(coloured).toContain('\u001b[32m● success\u001b[0m')
    expect(stripVTControlCharacters(coloured)).toBe(table([{ head: 'A' }, { head: 'B' }], rows, plain))
  })
})

it('facts leave out what is not known', () => {
  expect(
    facts(
      [
        ['a', '1'],
        ['long', '2'],
        ['none', undefined],
      ],
      plain,
    ),
  ).toBe('a     1\nlong  2')
})

it.each([
  [{ isTTY: true, refused: false, env: {} }, true],
  [{ isTTY: false, refused: false, env: {} }, false],
  [{ isTTY: true, refused: true, env: {} }, false],
  [{ isTTY: true, refused: false, env: { NO_COLOR: '1' } }, false],
  [{ isTTY: true, refused: false, env: { NO_COLOR: '' } }, true],
  [{ isTTY: true, refused: false, env: { TERM: 'dumb' } }, false],
])('colours for %j: %s', (request, wanted) => expect(wantsColour(request)).toBe(wanted))
