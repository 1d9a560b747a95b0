import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { RefbotError } from '../../errors.ts'

export interface StoreKey {
  /** Derived from the key, tells nothing of it: stands in everything that it sealed. */
  readonly id: string
  /** As it stands in a key file. */
  readonly text: string
  readonly bytes: Buffer
}

const KEY_TEXT = /^rbk_([A-Za-z0-9_-]{43})$/
const NONCE_BYTES = 12
const TAG_BYTES = 16

export function newStoreKey(): StoreKey {
  return storeKey(`rbk_${randomBytes(32).toString('base64url')}`) as StoreKey
}

/** Undefined where the text is no key. */
export function storeKey(text: string): StoreKey | undefined {
  const bytes = fromBase64(KEY_TEXT.exec(text)?.[1] ?? '')
  if (bytes?.length !== 32) return undefined
  const id = createHash('sha256').update('refbot store key').update(bytes).digest('hex').slice(0, 12)
  return { id, text, bytes }
}

/**
 * AES-256-GCM: `v1.<key id>.<nonce>.<ciphertext and tag>`. `place` says where it is kept (table, column, row), so that it
 * opens nowhere else.
 */
export function seal({ id, bytes }: StoreKey, place: string, text: string): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', bytes, nonce).setAAD(bound(id, place))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return ['v1', id, nonce.toString('base64url'), sealed.toString('base64url')].join('.')
}

/** @throws RefbotError `STORE_KEY_WRONG` where none of the keys sealed it, `STORE_SECRET_DAMAGED` */
export function unseal(keys: readonly StoreKey[], place: string, sealed: string): string {
  const [version, id = '', nonceText = '', bodyText = '', ...more] = sealed.split('.')
  const nonce = fromBase64(nonceText)
  const body = fromBase64(bodyText)
  const whole = version === 'v1' && more.length === 0 && nonce?.length === NONCE_BYTES && /^[0-9a-f]{12}$/.test(id)
  if (!whole || body === undefined || body.length < TAG_BYTES) throw damaged(place)
  const key = keys.find((each) => each.id === id)
  if (key === undefined) {
    throw new RefbotError('STORE_KEY_WRONG', `What is stored at ${place} was sealed with the key ${id}.`, {
      hint: 'Add that key as a line of the key file, or give up what it sealed: refbot store rotate-key --forget.',
    })
  }
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(bound(id, place)).setAuthTag(body.subarray(-TAG_BYTES))
    return Buffer.concat([decipher.update(body.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8')
  } catch {
    throw damaged(place)
  }
}

function bound(keyId: string, place: string): Buffer {
  return Buffer.from(JSON.stringify(['refbot store', 1, keyId, place]))
}

/** Undefined for every other spelling of the same bytes: a text that was touched is not what was written. */
function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}

function damaged(place: string): RefbotError {
  return new RefbotError('STORE_SECRET_DAMAGED', `What is stored at ${place} is not what was sealed there.`, {
    hint: 'Restore a backup, or give up what cannot be opened: refbot store rotate-key --forget.',
  })
}
