import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { REDACTED, Redactor } from './redactor.ts'

const secret = fc.string({ minLength: 4, maxLength: 60, unit: 'grapheme' }).filter(
  // What the redactor itself writes would be found in its own output.
  (text) => text.toWellFormed() === text && !REDACTED.includes(text.slice(0, 4)),
)

const WAYS: Readonly<Record<string, (secret: string) => string>> = {
  'as it is': (text) => text,
  'in JSON': (text) => JSON.stringify({ password: text }),
  'in JSON in JSON': (text) => JSON.stringify({ body: JSON.stringify({ password: text }) }),
  'as a part of a URL': (text) => `http://host/?key=${encodeURIComponent(text)}&x`,
  'in lower case octets': (text) => encodeURIComponent(text).replace(/%../g, (octet) => octet.toLowerCase()),
  'as a form': (text) => new URLSearchParams({ key: text }).toString(),
  'as a login': (text) => {
    const url = new URL('http://someone@host/')
    url.password = text
    return url.href
  },
  'as basic authorisation': (text) => Buffer.from(`someone:${text}`).toString('base64'),
  'as base64url': (text) => Buffer.from(text).toString('base64url'),
}

describe('a redactor', () => {
  it.each(Object.entries(WAYS))('lets no secret through %s', (_, write) => {
    fc.assert(
      fc.property(secret, fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (text, before, after) => {
        const redactor = new Redactor()
        redactor.add(text)
        const written = write(text)
        const out = redactor.text(`${before}${written}${after}`)
        expect(out).toContain(REDACTED)
        expect(out).not.toContain(text)
        expect(out).not.toContain(JSON.stringify(text).slice(1, -1))
        expect(out).not.toContain(encodeURIComponent(text))
      }),
    )
  })

  it('finds base64 wherever in the encoded bytes a secret begins', () => {
    fc.assert(
      fc.property(fc.base64String({ minLength: 12, maxLength: 40 }), fc.string({ maxLength: 9 }), (text, before) => {
        const redactor = new Redactor()
        redactor.add(text)
        const out = redactor.text(Buffer.from(`${before}${text}`).toString('base64'))
        expect(Buffer.from(out, 'base64').toString()).not.toContain(text)
      }),
    )
  })

  it('takes the longest of several secrets, whatever the order in which it learned them', () => {
    const redactor = new Redactor()
    for (const each of ['pass', 'password-1', 'password']) redactor.add(each)
    expect(redactor.text('password-1, password, passing')).toBe(`${REDACTED}, ${REDACTED}, ${REDACTED}ing`)
  })

  it('tells thousands that begin alike apart', () => {
    const redactor = new Redactor()
    for (let n = 0; n < 5000; n += 1) redactor.add(`customer-${n}-of-many`)
    expect(redactor.text('customer-4711-of-many, customer-5000-of-many')).toBe(`${REDACTED}, customer-5000-of-many`)
  })

  it('looks into keys, numbers and lists, and leaves the rest as it is', () => {
    const redactor = new Redactor()
    redactor.add('hunter2')
    redactor.add('8675309')
    const value = { 'x-hunter2': [true, null, 8675309, 12, { deep: 'a hunter2 b' }], plain: 'text' }
    expect(redactor.value(value)).toEqual({
      [`x-${REDACTED}`]: [true, null, REDACTED, 12, { deep: `a ${REDACTED} b` }],
      plain: 'text',
    })
  })

  it('finds each line of a key', () => {
    const redactor = new Redactor()
    redactor.add('-----BEGIN KEY-----\nMIGHAgEAMBMGByqGSM49\nAgEGCCqGSM49AwEHBG0w\n-----END KEY-----')
    expect(redactor.text('read MIGHAgEAMBMGByqGSM49')).toBe(`read ${REDACTED}`)
    expect(redactor.text('-----BEGIN KEY-----')).toBe('-----BEGIN KEY-----')
  })

  it.each([
    ['http://user:pw@proxy.test:8080/x', `http://${REDACTED}@proxy.test:8080/x`],
    ['Authorization: Bearer abc.def-ghi', `Authorization: Bearer ${REDACTED}`],
    [`token rb_${'a1'.repeat(16)}`, `token ${REDACTED}`],
    ['https://example.test/a@b', 'https://example.test/a@b'],
    ['a basic thing', 'a basic thing'],
  ])('knows what is secret by its looks: %s', (text, out) => {
    expect(new Redactor().text(text)).toBe(out)
  })
})
