import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface LineFileOptions {
  /** Beyond so many bytes a new file is begun and the others move on; default: never. */
  readonly maxBytes?: number
  /** How many files there are at most, the current one included. Default 1. */
  readonly files?: number
  /** Bytes that wait for a slow disk; what comes beyond them is lost, and counted. Default 4 MB. */
  readonly maxWaitingBytes?: number
  /** Makes the line that says how many were lost, written as soon as a write succeeds again. */
  readonly lost?: (count: number) => string
}

const MAX_WAITING_BYTES = 4 * 1024 * 1024

/**
 * A file that lines are added to. Nobody waits for the disk: `write` returns at once, and what cannot be written is
 * dropped and counted. For its user alone.
 */
export class LineFile implements AsyncDisposable {
  readonly path: string
  readonly #options: LineFileOptions
  #waiting: string[] = []
  #waitingBytes = 0
  #writing: Promise<void> | undefined
  #handle: FileHandle | undefined
  #bytes = 0
  /** The last thing in the file is no whole line. */
  #torn = false
  #dropped = 0
  #untold = 0

  constructor(path: string, options: LineFileOptions = {}) {
    this.path = path
    this.#options = options
  }

  /** Lines that could not be written so far. */
  get dropped(): number {
    return this.#dropped
  }

  /** A line without its end. */
  write(line: string): void {
    const bytes = Buffer.byteLength(line) + 1
    if (this.#waitingBytes + bytes > (this.#options.maxWaitingBytes ?? MAX_WAITING_BYTES)) {
      this.#drop(1)
      return
    }
    this.#waiting.push(line)
    this.#waitingBytes += bytes
    this.#writing ??= this.#drain()
  }

  /** Resolves once everything that was written before is in the file, or lost. */
  async flush(): Promise<void> {
    await this.#writing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush()
    await this.#close()
  }

  async #drain(): Promise<void> {
    // What is written in one go of the program goes to the disk in one.
    await undefined
    while (this.#waiting.length > 0) {
      const lines = this.#waiting
      this.#waiting = []
      this.#waitingBytes = 0
      try {
        await this.#append(lines)
      } catch {
        this.#drop(lines.length)
        await this.#close()
      }
    }
    this.#writing = undefined
  }

  async #append(lines: readonly string[]): Promise<void> {
    const { maxBytes = Number.POSITIVE_INFINITY } = this.#options
    const handle = await this.#open()
    const told = this.#untold > 0 ? this.#options.lost?.(this.#untold) : undefined
    const all = told === undefined ? lines : [told, ...lines]
    const chunk = Buffer.from(`${this.#torn ? '\n' : ''}${all.join('\n')}\n`)
    if (this.#bytes > 0 && this.#bytes + chunk.length > maxBytes) {
      await this.#rotate()
      return this.#append(lines)
    }
    for (let at = 0; at < chunk.length; ) {
      const { bytesWritten } = await handle.write(chunk, at, chunk.length - at)
      at += bytesWritten
      this.#bytes += bytesWritten
      this.#torn = at < chunk.length && chunk[at - 1] !== NEWLINE
    }
    if (told !== undefined) this.#untold = 0
  }

  async #open(): Promise<FileHandle> {
    if (this.#handle !== undefined) return this.#handle
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 })
    const handle = await open(this.path, 'a+', 0o600)
    this.#bytes = (await handle.stat()).size
    const last = Buffer.alloc(1)
    if (this.#bytes > 0) await handle.read(last, 0, 1, this.#bytes - 1)
    this.#torn = this.#bytes > 0 && last[0] !== NEWLINE
    this.#handle = handle
    return handle
  }

  async #rotate(): Promise<void> {
    await this.#close()
    const names = rotated(this.path, this.#options.files ?? 1)
    for (const [index, name] of names.entries()) {
      const next = names[index - 1]
      if (next !== undefined && existsSync(name)) renameSync(name, next)
    }
  }

  async #close(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close().catch(() => undefined)
  }

  #drop(count: number): void {
    this.#dropped += count
    this.#untold += count
  }
}

const NEWLINE = 0x0a

/** `log.2.ndjson`, `log.1.ndjson`, `log.ndjson`: oldest first, `files` of them. */
export function rotated(path: string, files: number): string[] {
  const numbers = Array.from({ length: files - 1 }, (_, index) => files - 1 - index)
  return [...numbers.map((number) => path.replace(/(\.[^./]*)?$/, `.${number}$1`)), path]
}
