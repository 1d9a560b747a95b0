import { expect, it } from 'vitest'
import { scrubber } from './scrub.ts'

const secret = `aB3 &<"'!*(\\x`

it.each([
  ['as it is', secret],
  ['in an address', encodeURIComponent(secret)],
  ['in the body of a form', new URLSearchParams({ p: secret }).toString()],
  ['in JSON', JSON.stringify({ password: secret })],
  ['in HTML', `<b>${secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')}</b>`],
  ['in base64', Buffer.from(secret).toString('base64')],
])('takes a password out %s', (_, text) => {
  const scrubbed = scrubber(secret)(`before ${text} after`)
  expect(scrubbed).toMatch(/^before .*\[password\].* after$/)
  expect(scrubbed).not.toContain('aB3')
})

it.each([3, 6, secret.length - 1])('takes %i characters of it from the end of a text that was cut there', (length) => {
  expect(scrubber(secret)(`before ${secret.slice(0, length)}`)).toBe('before [password]')
})

it('takes nothing that only looks a little like it', () => {
  expect(scrubber(secret)('tab aB')).toBe('tab aB')
})

it('leaves text alone where there is no password', () => {
  expect(scrubber(undefined)('text')).toBe('text')
  expect(scrubber('')('text')).toBe('text')
})
