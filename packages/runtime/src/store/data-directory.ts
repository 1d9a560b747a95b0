import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { RefbotError } from '../errors.ts'
import { finishSwap } from './backup/swap.ts'

/** The one folder that holds all that is stored, held by one process at a time. */
export class DataDirectory implements Disposable {
  readonly path: string
  readonly #lock: string
  /** Held for as long as this lives: the kernel lets go of it with the process, however that ends. */
  #guard: DatabaseSync | undefined

  private constructor(path: string) {
    this.path = path
    this.#lock = join(path, 'lock')
  }

  /** @throws RefbotError `DATA_DIR_UNUSABLE`, `DATA_DIR_LOCKED` */
  static open(path: string): DataDirectory {
    const directory = new DataDirectory(path)
    try {
      mkdirSync(path, { recursive: true, mode: 0o700 })
      if (!statSync(path).isDirectory()) throw new Error('it is no directory')
      directory.#takeLock()
      finishSwap(path)
    } catch (error) {
      directory.#guard?.close()
      if (error instanceof RefbotError) throw error
      const text = error instanceof Error ? error.message : String(error)
      throw new RefbotError('DATA_DIR_UNUSABLE', `The data directory ${path} cannot be used: ${text}.`, {
        hint: 'Name a directory that this user may write to.',
        cause: error,
      })
    }
    return directory
  }

  get databaseFile(): string {
    return join(this.path, 'refbot.db')
  }

  /** A secret kept in a file of mode 0600; made by `create` when it is not there yet. */
  secret(name: 'admin-token' | 'gate-key', create: () => string): string {
    const file = join(this.path, name)
    if (!existsSync(file)) writeFileSync(file, create(), { mode: 0o600, flag: 'wx' })
    return readFileSync(file, 'utf8').trim()
  }

  [Symbol.dispose](): void {
    if (this.#guard === undefined) return
    if (readHolder(this.#lock)?.pid === process.pid) rmSync(this.#lock, { force: true })
    this.#guard.close()
    this.#guard = undefined
  }

  /**
   * Two locks: one of the kernel, which two that start at once cannot both get and which crosses containers, and a
   * file that says who holds it.
   */
  #takeLock(): void {
    this.#guard = takeGuard(join(this.path, 'lock.db'))
    const holder = readHolder(this.#lock)
    if (this.#guard === undefined || (holder !== undefined && isAlive(holder))) {
      const who = holder === undefined ? 'Another process' : `Process ${holder.pid}`
      throw new RefbotError('DATA_DIR_LOCKED', `${who} already works on ${this.path}.`, {
        hint: 'Stop it first, or give this instance a data directory of its own.',
      })
    }
    rmSync(this.#lock, { force: true })
    const fd = openSync(this.#lock, 'wx', 0o600)
    writeSync(fd, JSON.stringify({ pid: process.pid, startedAt: startTime(process.pid) }))
    closeSync(fd)
  }
}

/** Pid of the process that works on a data directory; undefined where none does. */
export function holderOf(path: string): number | undefined {
  const holder = readHolder(join(path, 'lock'))
  return holder !== undefined && isAlive(holder) ? holder.pid : undefined
}

/** 256 bits, for a bearer token. */
export function newToken(): string {
  return `rb_${randomBytes(32).toString('base64url')}`
}

const SQLITE_BUSY = 5

/** Undefined where somebody holds it. SQLite's locks are the kernel's own, which Node offers nowhere else. */
function takeGuard(file: string): DatabaseSync | undefined {
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600))
  const guard = new DatabaseSync(file, { timeout: 0 })
  try {
    guard.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return guard
  } catch (error) {
    guard.close()
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined
    throw error
  }
}

interface Holder {
  readonly pid: number
  readonly startedAt: string | undefined
}

function readHolder(lock: string): Holder | undefined {
  try {
    const { pid, startedAt } = JSON.parse(readFileSync(lock, 'utf8')) as Partial<Holder>
    return typeof pid === 'number' ? { pid, startedAt } : undefined
  } catch {
    return undefined
  }
}

/** A pid alone proves nothing, since they are used again: the start time must be the holder's too. */
function isAlive({ pid, startedAt }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return startedAt === undefined || startTime(pid) === startedAt
}

/** Ticks since boot at which a process began; undefined where there is no /proc, or the process is a zombie. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? 'zombie' : fields[19]
  } catch {
    return undefined
  }
}
