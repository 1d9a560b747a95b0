import { expect, it } from 'vitest'
import { toWire } from './remote-error.ts'

it.each([
  ['nothing', undefined, { message: 'undefined' }],
  ['a symbol', Symbol('odd'), { message: 'Symbol(odd)' }],
  ['an object without text', Object.create(null), { message: 'a value that has no text' }],
  ['an error that cannot be read', new Proxy(new Error('x'), { get: () => expect.unreachable() }), { name: 'Error' }],
  [
    'an error of wrong parts',
    Object.assign(new Error('x'), { message: { a: 1 }, name: 7, code: 8, retryable: 'no' }),
    { name: 'Error', message: '[object Object]' },
  ],
  [
    'an endless error',
    Object.assign(new Error('x'.repeat(1e6)), {
      code: 'C'.repeat(1e6),
      hint: 'h'.repeat(1e6),
      reason: 'r'.repeat(1e6),
    }),
    { message: expect.stringMatching(/^x{4000}… \(cut\)$/), code: 'C'.repeat(100), reason: 'r'.repeat(100) },
  ],
])('tells %s in few words', (_, thrown, wire) => {
  expect(toWire(thrown)).toMatchObject(wire)
  expect(JSON.stringify(toWire(thrown)).length).toBeLessThan(10_000)
})
