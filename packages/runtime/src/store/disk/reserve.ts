import { randomFillSync } from 'node:crypto'
import { closeSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'

const BLOCK = 1024 * 1024

/**
 * A file that holds nothing but room: on a full disk SQLite cannot even delete, so this is given up first.
 * It is filled with noise, because a file system that compresses would set nothing aside for zeros.
 */
export class Reserve {
  readonly #file: string
  readonly #bytes: number

  constructor(database: string, bytes: number) {
    this.#file = join(dirname(database), 'reserve')
    this.#bytes = bytes
  }

  /** Sets the room aside, unless it is already. False when there is not enough. */
  fill(): boolean {
    if (this.#bytes === 0 || this.#size() >= this.#bytes) return true
    let fd: number | undefined
    try {
      fd = openSync(this.#file, 'w', 0o600)
      const block = randomFillSync(Buffer.allocUnsafe(Math.min(BLOCK, this.#bytes)))
      for (let left = this.#bytes; left > 0; ) left -= writeSync(fd, block, 0, Math.min(block.length, left))
      return true
    } catch {
      rmSync(this.#file, { force: true })
      return false
    } finally {
      if (fd !== undefined) closeSync(fd)
    }
  }

  /** Gives the room up. False when there was none. */
  release(): boolean {
    const held = this.#size() > 0
    rmSync(this.#file, { force: true })
    return held
  }

  /** Room on the disk for this user, in bytes. */
  free(): number {
    try {
      const { bavail, bsize } = statfsSync(dirname(this.#file))
      return bavail * bsize
    } catch {
      return 0
    }
  }

  #size(): number {
    return statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0
  }
}
