import { describe, expect, it } from 'vitest'
import { isJson } from './plain.ts'

const around: unknown[] = []
around.push(around)
const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000))

describe('JSON', () => {
  it.each([
    [null],
    ['text'],
    [0.5],
    [[]],
    [{ a: [{ b: true }], left: undefined }],
    [Object.assign(Object.create(null), { a: 1 })],
    [deep],
  ])('is %o', (value) => {
    expect(isJson(value)).toBe(true)
  })

  it.each([
    ['nothing', undefined],
    ['a list with nothing in it', [undefined]],
    ['a number that JSON cannot hold', { a: Number.NaN }],
    ['a number of another kind', 1n],
    ['bytes', new Uint8Array(2)],
    ['an object of a class', { at: new Date(0) }],
    ['what holds itself', around],
  ])('is not %s', (_, value) => {
    expect(isJson(value)).toBe(false)
  })
})
