import { RefbotError } from './errors.ts'
import {
  DataDirectory,
  findKeyFile,
  newStoreKey,
  readKeys,
  type SealedProxy,
  Store,
  type StoreKey,
  seal,
  unseal,
  writeKeys,
} from './store/index.ts'
import { loginPlace } from './stored-proxies.ts'

export interface RotateKeyOptions {
  readonly dataDir: string
  /** `REFBOT_STORE_KEY_FILE` and `CREDENTIALS_DIRECTORY` are read from it. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Takes away what no key opens. Without it, such a row is an error, and nothing changes. */
  readonly forget?: boolean
}

export interface RotateKeyReport {
  /** Of the key that seals from now on. */
  readonly keyId: string
  readonly resealed: number
  /** Ids of proxies that went, since no key opened their logins. */
  readonly forgotten: readonly string[]
}

/**
 * Seals every secret of a store with a new key, in one transaction, on a directory that nothing runs on. The old key stays in
 * the file until that is done: cut off anywhere, the file opens all that is stored, and another call completes it. Of a file
 * that cannot be written to, the first key is taken: put the new one there before.
 * @throws RefbotError `DATA_DIR_LOCKED`, `STORE_KEY_MISSING`, `STORE_KEY_WRONG`, `STORE_SECRET_DAMAGED`, `STORE_KEY_UNWRITABLE`
 */
export async function rotateStoreKey({ dataDir, env, forget = false }: RotateKeyOptions): Promise<RotateKeyReport> {
  using directory = DataDirectory.open(dataDir)
  await using store = await Store.open({ file: directory.databaseFile, now: Date.now })
  const file = findKeyFile(directory.path, env)
  const old = readKeys(file)
  const next = file.writable ? newStoreKey() : old[0]
  if (next === undefined) throw missing(file.path)
  const proxies: { id: string; login: string }[] = []
  const forgotten: string[] = []
  for (const { id, login } of await store.proxies.list()) {
    if (login === undefined) continue
    const text = openLogin(old, id, login, forget, file.path)
    if (text === undefined) forgotten.push(id)
    else proxies.push({ id, login: seal(next, loginPlace(id), text) })
  }
  if (file.writable) writeKeys(file, [...old, next])
  await store.proxies.reseal({ keyId: next.id, proxies, forgotten })
  if (file.writable) writeKeys(file, [next])
  return { keyId: next.id, resealed: proxies.length, forgotten }
}

function openLogin(
  keys: readonly StoreKey[],
  id: string,
  login: NonNullable<SealedProxy['login']>,
  forget: boolean,
  path: string,
): string | undefined {
  try {
    if (keys.length === 0) throw missing(path)
    return unseal(keys, loginPlace(id), login)
  } catch (error) {
    if (forget) return undefined
    throw error
  }
}

function missing(path: string): RefbotError {
  return new RefbotError('STORE_KEY_MISSING', `There is no key in ${path}.`, {
    hint: 'Put it back, or give up what it sealed: refbot store rotate-key --forget.',
  })
}
