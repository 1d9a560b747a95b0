import { DataDirectory, Store } from './store/index.ts'
import { type CreatedToken, type TokenRequest, Tokens } from './tokens.ts'

/**
 * Makes a token in a data directory that nothing runs on; the next start knows it. It leaves an entry in the audit.
 * @throws RefbotError `DATA_DIR_LOCKED`, `TOKEN_NAME_INVALID`, `TOKEN_EXPIRY_INVALID`, as `Store.open`
 */
export async function createTokenOffline(dataDir: string, request: TokenRequest): Promise<CreatedToken> {
  using directory = DataDirectory.open(dataDir)
  await using store = await Store.open({ file: directory.databaseFile, now: Date.now })
  const tokens = await Tokens.open({ store, adminToken: '', now: Date.now })
  const created = await tokens.create(request)
  const actor = { actor: 'cli', actorName: 'command line' }
  await store.audit.add({ ...actor, action: 'token create', target: created.record.id, outcome: 'ok' })
  return created
}
