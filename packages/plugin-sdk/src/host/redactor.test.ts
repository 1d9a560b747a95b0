import { expect, it } from 'vitest'
import { Redactor } from './redactor.ts'

it('takes a secret out of whatever is said, by its name', () => {
  const redactor = new Redactor()
  redactor.add('key', 's3cret')
  redactor.add('key-of-key', 's3cret-too')
  expect(redactor.text('s3cret-too and s3cret')).toBe('[secret key-of-key] and [secret key]')
  expect(redactor.json({ a: ['s3cret'], s3cret: 1, n: null })).toEqual({
    a: ['[secret key]'],
    '[secret key]': 1,
    n: null,
  })
})

it('takes out each line of one that has several, as it is printed', () => {
  const redactor = new Redactor()
  redactor.add('pem', '-----BEGIN-----\r\nMIIEvQ\n==\n-----END-----\n')
  expect(['-----BEGIN-----', 'MIIEvQ', '==', '-----END-----'].map((line) => redactor.text(`> ${line}`))).toEqual([
    '> [secret pem]',
    '> [secret pem]',
    '> ==',
    '> [secret pem]',
  ])
})

it('takes out a number that is one', () => {
  const redactor = new Redactor()
  redactor.add('pin', '12345')
  expect(redactor.json({ pin: 12345, other: 123456 })).toEqual({ pin: '[secret pin]', other: 123456 })
})
