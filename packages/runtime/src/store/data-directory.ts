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
import { RefbotError } from '../errors.ts'

/** The one folder that holds all that is stored, held by one process at a time. */
export class DataDirectory implements Disposable {
  readonly path: string
  readonly #lock: string

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
    } catch (error) {
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
    if (readHolder(this.#lock)?.pid === process.pid) rmSync(this.#lock, { force: true })
  }

  #takeLock(): void {
    const holder = readHolder(this.#lock)
    if (holder !== undefined && isAlive(holder)) {
      throw new RefbotError('DATA_DIR_LOCKED', `Process ${holder.pid} already works on ${this.path}.`, {
        hint: 'Stop it first, or give this instance a data directory of its own.',
      })
    }
    rmSync(this.#lock, { force: true })
    // Created exclusively: of two that start at once, one gets it.
    const fd = openSync(this.#lock, 'wx', 0o600)
    writeSync(fd, JSON.stringify({ pid: process.pid, startedAt: startTime(process.pid) }))
    closeSync(fd)
  }
}

/** 256 bits, for a bearer token. */
export function newToken(): string {
  return `rb_${randomBytes(32).toString('base64url')}`
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
