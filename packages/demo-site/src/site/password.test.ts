import { expect, it } from 'vitest'
import { hashPassword, verifyPassword } from './password.ts'

it('verifies the password it hashed, and no other', async () => {
  const hash = await hashPassword('Difference1')
  expect(hash).toMatch(/^scrypt\$16384\$8\$1\$[\w-]{22}\$[\w-]{43}$/)
  expect(await verifyPassword('Difference1', hash)).toBe(true)
  expect(await verifyPassword('Difference2', hash)).toBe(false)
})

it('salts, so that equal passwords look different', async () => {
  expect(await hashPassword('Difference1')).not.toBe(await hashPassword('Difference1'))
})

it.each(['', 'plain', 'bcrypt$1$2$3$c2FsdA$a2V5', 'scrypt$16384$8$1$c2FsdA$a2V5'])(
  'takes %j for no match',
  async (hash) => {
    expect(await verifyPassword('Difference1', hash)).toBe(false)
  },
)
