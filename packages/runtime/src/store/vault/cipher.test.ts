import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newStoreKey, seal, storeKey, unseal } from './cipher.ts'

const [key, other] = [newStoreKey(), newStoreKey()]
const text = fc.string({ unit: 'binary', maxLength: 200 }).filter((one) => one.isWellFormed())

describe('what is sealed', () => {
  it('opens in its place with its key, and is never written the same way twice', () => {
    fc.assert(
      fc.property(text, text, (secret, place) => {
        const sealed = seal(key, place, secret)
        expect(unseal([other, key], place, sealed)).toBe(secret)
        expect(seal(key, place, secret)).not.toBe(sealed)
      }),
    )
  })

  it('opens nowhere else, and with no other key', () => {
    const sealed = seal(key, 'proxy/login/a', 'secret')
    expect(() => unseal([key], 'proxy/login/b', sealed)).toThrow(
      expect.objectContaining({ code: 'STORE_SECRET_DAMAGED' }),
    )
    expect(() => unseal([other], 'proxy/login/a', sealed)).toThrow(
      expect.objectContaining({ code: 'STORE_KEY_WRONG', hint: expect.stringContaining('rotate-key') }),
    )
  })

  it('is refused once any character of it was changed, added or taken away', () => {
    const sealed = seal(key, 'place', 'a secret')
    const refused = (changed: string): void => {
      expect(() => unseal([key], 'place', changed)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^STORE_(SECRET_DAMAGED|KEY_WRONG)$/) }),
      )
    }
    for (let at = 0; at < sealed.length; at += 1) {
      for (const letter of 'Aa0_.') {
        if (sealed[at] !== letter) refused(sealed.slice(0, at) + letter + sealed.slice(at + 1))
      }
      refused(sealed.slice(0, at) + sealed.slice(at + 1))
      refused(sealed.slice(0, at))
    }
    fc.assert(fc.property(fc.string(), refused))
  })

  it('has no key in it', () => {
    expect(seal(key, 'p', 'x')).not.toContain(key.text.slice(4))
    expect(storeKey(key.text)?.id).toBe(key.id)
    for (const wrong of ['', 'rbk_', `${key.text}A`, key.text.slice(0, -1), key.text.replace('rbk_', 'xxx_')]) {
      expect(storeKey(wrong)).toBeUndefined()
    }
  })
})
