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

it('leaves text alone where there is no password', () => {
  expect(scrubber(undefined)('text')).toBe('text')
  expect(scrubber('')('text')).toBe('text')
})
