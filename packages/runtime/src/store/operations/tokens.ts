import type { TokenRights } from '../event-types.ts'
import { optional } from '../json.ts'
import { adding, durable, relaxed } from '../operation.ts'

/** A token, without its text, which is nowhere: only its hash is kept. Times are epoch milliseconds. */
export interface TokenRecord {
  readonly id: string
  readonly name: string
  readonly rights: TokenRights
  readonly createdAt: number
  readonly lastUsedAt?: number
  /** It is valid until then; without it, until it is revoked. */
  readonly expiresAt?: number
  readonly revokedAt?: number
}

export interface NewToken extends Pick<TokenRecord, 'id' | 'name' | 'rights' | 'expiresAt'> {
  /** SHA-256 of the token, in hex. */
  readonly hash: string
}

export interface StoredToken extends TokenRecord {
  readonly hash: string
}

export const tokenOperations = {
  'token.add': adding(
    durable(async ({ db, now, emit }, { id, name, rights, hash, expiresAt }: NewToken): Promise<void> => {
      const row = { last_used_at: null, expires_at: expiresAt ?? null, revoked_at: null, created_at: now }
      await db
        .insertInto('token')
        .values({ id, name, rights, hash, ...row })
        .execute()
      await emit('token.created', { tokenId: id, name, rights })
    }),
  ),

  'token.list': durable(async ({ db }, _: undefined): Promise<StoredToken[]> => {
    const rows = await db.selectFrom('token').selectAll().orderBy('created_at').orderBy('id').execute()
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      hash: row.hash,
      rights: row.rights as TokenRights,
      createdAt: row.created_at,
      ...optional('lastUsedAt', row.last_used_at),
      ...optional('expiresAt', row.expires_at),
      ...optional('revokedAt', row.revoked_at),
    }))
  }),

  /** False where there is none, or it was revoked before. */
  'token.revoke': durable(async ({ db, now, emit }, id: string): Promise<boolean> => {
    const revoked = await db
      .updateTable('token')
      .set({ revoked_at: now })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .returning('name')
      .executeTakeFirst()
    if (revoked === undefined) return false
    await emit('token.revoked', { tokenId: id, name: revoked.name })
    return true
  }),

  /** When it was used is worth no sync. */
  'token.used': relaxed(async ({ db, now }, id: string): Promise<void> => {
    await db.updateTable('token').set({ last_used_at: now }).where('id', '=', id).execute()
  }),
}
