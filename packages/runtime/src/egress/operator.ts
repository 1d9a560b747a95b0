import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RefbotError } from '../errors.ts'

/** In the data directory, mode 0600. Whoever has it may test what agreed to be tested by this operator. */
export const OPERATOR_SECRET_FILE = 'operator-secret'

/**
 * By what sites know this operator: sha256 (hex) of the secret; undefined while none was made.
 *
 * @throws RefbotError `OPERATOR_SECRET_INVALID`
 */
export function operatorKeyOf(dataDir: string): string | undefined {
  try {
    return keyOf(readFileSync(join(dataDir, OPERATOR_SECRET_FILE), 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * The key of this operator; the secret is made where there is none, and never replaced.
 *
 * @throws RefbotError `OPERATOR_SECRET_INVALID`
 */
export function ensureOperatorKey(dataDir: string): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  try {
    writeFileSync(join(dataDir, OPERATOR_SECRET_FILE), `rbo_${randomBytes(32).toString('base64url')}\n`, {
      mode: 0o600,
      flag: 'wx',
      flush: true,
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return keyOf(readFileSync(join(dataDir, OPERATOR_SECRET_FILE), 'utf8'))
}

const SECRET = /^rbo_[\w-]{43}$/

function keyOf(text: string): string {
  const secret = text.trim()
  if (!SECRET.test(secret)) {
    throw new RefbotError(
      'OPERATOR_SECRET_INVALID',
      `The file ${OPERATOR_SECRET_FILE} holds no secret, or part of one.`,
      {
        hint: 'Put a copy of it back into the data directory; or delete it, make a new one with `refbot authorize init`, and give the owners of the sites its key.',
      },
    )
  }
  return createHash('sha256').update(secret).digest('hex')
}
