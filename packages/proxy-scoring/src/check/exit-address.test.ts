import { expect, it } from 'vitest'
import { exitAddress } from './exit-address.ts'

it.each([
  ['1.2.3.4\n', '1.2.3.4'],
  ['2001:db8::1', '2001:db8::1'],
  ['{"ip":"1.2.3.4"}', '1.2.3.4'],
  ['{"origin":"1.2.3.4, 5.6.7.8"}', '1.2.3.4'],
  ['fl=1\nip=1.2.3.4\nts=2', '1.2.3.4'],
  ['{"ip":"none"}', null],
  ['null', null],
  ['<html>1.2.3.4</html>', null],
  ['', null],
])('of %j is %s', (body, expected) => {
  expect(exitAddress(body)).toBe(expected)
})
