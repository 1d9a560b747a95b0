import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { RefbotError } from './errors.ts'
import { newToken, type Store, type StoredToken, type TokenRecord, type TokenRights } from './store/index.ts'

/** Who asks. */
export interface Principal {
  /** Of the token; `admin` for the admin token. */
  readonly id: string
  readonly name: string
  readonly rights: TokenRights
}

export interface TokenRequest {
  /** Who or what it is for, 1 to 64 printable characters. */
  readonly name: string
  readonly rights: TokenRights
  /** Epoch milliseconds; without it, valid until it is revoked. */
  readonly expiresAt?: number
}

export interface CreatedToken {
  /** Told this once: only its hash is kept. */
  readonly token: string
  readonly record: TokenRecord
}

export interface TokensOptions {
  readonly store: Pick<Store, 'tokens'>
  /** Valid beside those that are stored. */
  readonly adminToken: string
  /** Epoch milliseconds. */
  readonly now: () => number
}

const ADMIN: Principal = { id: 'admin', name: 'admin', rights: 'admin' }
/** Uses within this time are noted once, ms. */
const USED_EVERY_MS = 60_000

/**
 * The bearer tokens of the API. One process works on a store, so all that are valid are held in memory, by their hash: a
 * token is 256 random bits, and how long a look-up of its hash takes tells nothing of it.
 */
export class Tokens {
  readonly #options: TokensOptions
  readonly #adminHash: string
  readonly #byHash = new Map<string, StoredToken>()
  readonly #usedAt = new Map<string, number>()

  private constructor(options: TokensOptions, stored: readonly StoredToken[]) {
    this.#options = options
    this.#adminHash = digest(options.adminToken)
    for (const token of stored) this.#byHash.set(token.hash, token)
  }

  static async open(options: TokensOptions): Promise<Tokens> {
    return new Tokens(options, await options.store.tokens.list())
  }

  /** Undefined where it is not valid, or not any more. */
  verify(given: string): Principal | undefined {
    const hash = digest(given)
    if (isSame(hash, this.#adminHash)) return ADMIN
    const token = this.#byHash.get(hash)
    if (token === undefined || !isSame(hash, token.hash) || this.#isOver(token)) return undefined
    this.#noteUse(token.id)
    return { id: token.id, name: token.name, rights: token.rights }
  }

  /** @throws RefbotError `TOKEN_NAME_INVALID`, `TOKEN_EXPIRY_INVALID` */
  async create({ name, rights, expiresAt }: TokenRequest): Promise<CreatedToken> {
    const createdAt = this.#options.now()
    if (!/^[^\p{C}]{1,64}$/u.test(name) || name.trim() !== name) {
      throw new RefbotError('TOKEN_NAME_INVALID', 'A token cannot be called that.', {
        hint: 'Name who or what it is for, in 1 to 64 printable characters.',
      })
    }
    if (expiresAt !== undefined && !(expiresAt > createdAt)) {
      throw new RefbotError('TOKEN_EXPIRY_INVALID', 'The token would have expired already.', {
        hint: 'Let it expire in the future, or never.',
      })
    }
    const token = newToken()
    const row = { id: `t-${randomBytes(5).toString('hex')}`, name, rights, hash: digest(token) }
    const added = expiresAt === undefined ? row : { ...row, expiresAt }
    await this.#options.store.tokens.add(added)
    const stored = { ...added, createdAt }
    this.#byHash.set(stored.hash, stored)
    return { token, record: withoutHash(stored) }
  }

  /** Oldest first, with those that are valid no more. */
  async list(): Promise<readonly TokenRecord[]> {
    return (await this.#options.store.tokens.list()).map(withoutHash)
  }

  /** From then on it is not valid. @throws RefbotError `TOKEN_UNKNOWN` */
  async revoke(id: string): Promise<void> {
    const revoked = await this.#options.store.tokens.revoke(id)
    for (const [hash, token] of this.#byHash) if (token.id === id) this.#byHash.delete(hash)
    if (revoked) return
    throw new RefbotError('TOKEN_UNKNOWN', `There is no valid token ${JSON.stringify(id.slice(0, 64))}.`, {
      hint: 'Take an id from the list of tokens. The admin token is replaced by deleting its file before a start.',
    })
  }

  #isOver({ revokedAt, expiresAt }: StoredToken): boolean {
    return revokedAt !== undefined || (expiresAt !== undefined && expiresAt <= this.#options.now())
  }

  #noteUse(id: string): void {
    const now = this.#options.now()
    if (now - (this.#usedAt.get(id) ?? Number.NEGATIVE_INFINITY) < USED_EVERY_MS) return
    this.#usedAt.set(id, now)
    // Not worth a refusal, nor a wait.
    this.#options.store.tokens.used(id).catch(() => undefined)
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}

function withoutHash({ hash: _, ...record }: StoredToken): TokenRecord {
  return record
}
