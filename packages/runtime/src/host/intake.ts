import type { Duplex } from 'node:stream'

export interface IntakeLimits {
  /** Calls that are being answered at a time. */
  readonly calls: number
  /** Of what such calls carry, and of answers that the peer has not read yet. */
  readonly bytes: number
}

/** Far above what a plugin has under way that awaits its calls; below what its host would feel. */
export const HOST_INTAKE: IntakeLimits = { calls: 10_000, bytes: 16 * 1024 * 1024 }

/** Reads no further from a pipe while too much of what came is unanswered, or too many answers are unread. */
export class Intake {
  readonly #pipe: Duplex
  readonly #limits: IntakeLimits
  #calls = 0
  #bytes = 0

  constructor(pipe: Duplex, limits: IntakeLimits) {
    this.#pipe = pipe
    this.#limits = limits
    pipe.on('drain', () => this.#turn())
  }

  /** A message of so many bytes is being answered until `done`, which never rejects. */
  hold(bytes: number, done: Promise<void>): void {
    this.#calls += 1
    this.#bytes += bytes
    this.#turn()
    void done.then(() => {
      this.#calls -= 1
      this.#bytes -= bytes
      this.#turn()
    })
  }

  #turn(): void {
    const { calls, bytes } = this.#limits
    const isFull = this.#calls >= calls || this.#bytes >= bytes || this.#pipe.writableLength >= bytes
    if (isFull === this.#pipe.isPaused()) return
    if (isFull) this.#pipe.pause()
    else this.#pipe.resume()
  }
}
