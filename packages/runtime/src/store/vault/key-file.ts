import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { RefbotError } from '../../errors.ts'
import { type StoreKey, storeKey } from './cipher.ts'

export const KEY_FILE = 'store-key'
const MAX_BYTES = 4096

/** Where the key of a store lies. */
export interface KeyFile {
  readonly path: string
  /** False for a credential of systemd: whoever made it replaces it. */
  readonly writable: boolean
}

/** The variable `REFBOT_STORE_KEY_FILE`, else the credential `store-key` of systemd, else `store-key` beside the store. */
export function findKeyFile(dataDir: string, env: Readonly<Record<string, string | undefined>>): KeyFile {
  if (env.REFBOT_STORE_KEY_FILE) return { path: env.REFBOT_STORE_KEY_FILE, writable: true }
  const credential = env.CREDENTIALS_DIRECTORY ? join(env.CREDENTIALS_DIRECTORY, KEY_FILE) : undefined
  if (credential !== undefined && existsSync(credential)) return { path: credential, writable: false }
  return { path: join(dataDir, KEY_FILE), writable: true }
}

/**
 * One key a line; the first seals, all of them open. Empty where there is no file.
 * @throws RefbotError `STORE_KEY_INVALID`, `STORE_KEY_TOO_OPEN`
 */
export function readKeys({ path, writable }: KeyFile): readonly StoreKey[] {
  let fd: number | undefined
  try {
    fd = openSync(path, 'r')
    const { mode, size } = fstatSync(fd)
    if (writable && process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new RefbotError('STORE_KEY_TOO_OPEN', `Others may read the key of the store, ${path}.`, {
        hint: `Run: chmod 600 '${path}', then refbot store rotate-key if others are on this machine.`,
      })
    }
    const lines = size > MAX_BYTES ? [] : readFileSync(fd, 'utf8').split(/\r?\n/)
    const keys = lines.filter((line) => line !== '').map(storeKey)
    if (keys.length > 0 && keys.every((key) => key !== undefined)) return keys
    throw invalid(path, 'it holds something else than keys')
  } catch (error) {
    if (error instanceof RefbotError) throw error
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw invalid(path, error instanceof Error ? error.message : String(error))
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** The whole file or none of it, on the disk when this returns. @throws RefbotError `STORE_KEY_UNWRITABLE` */
export function writeKeys({ path, writable }: KeyFile, keys: readonly StoreKey[]): void {
  try {
    if (!writable) throw new Error('it is a credential of systemd')
    const part = `${path}.part`
    writeFileSync(part, `${keys.map(({ text }) => text).join('\n')}\n`, { mode: 0o600, flush: true })
    renameSync(part, path)
    const folder = openSync(dirname(path), 'r')
    fsyncSync(folder)
    closeSync(folder)
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw new RefbotError('STORE_KEY_UNWRITABLE', `The key of the store cannot be written to ${path}: ${text}.`, {
      hint: 'Name a file that this user may write in REFBOT_STORE_KEY_FILE, or replace the key by hand.',
      cause: error,
    })
  }
}

function invalid(path: string, why: string): RefbotError {
  return new RefbotError('STORE_KEY_INVALID', `${path} is no key of a store: ${why}.`, {
    hint: 'Put the right file back: one key a line, each rbk_ and 43 characters.',
  })
}
