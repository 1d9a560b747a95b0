import type { Duplex } from 'node:stream'
import { deserialize, serialize } from 'node:v8'

/** Bytes of one frame at most: a larger one would stall its reader, so it ends the process that sent it. */
export const MAX_FRAME_BYTES = 1024 * 1024

const HEADER_BYTES = 4

export class FrameTooLargeError extends Error {
  override readonly name = 'FrameTooLargeError'
  readonly code = 'FRAME_TOO_LARGE'

  constructor(bytes: number) {
    super(`A message of ${bytes} bytes is over the limit of ${MAX_FRAME_BYTES}.`)
  }
}

export interface FrameHandlers {
  readonly onMessage: (message: unknown, bytes: number) => void
  /** Called once, when the peer broke the format; nothing is read after it. */
  readonly onBroken: (error: Error) => void
}

/** Length-prefixed v8 frames on a pipe: a 32-bit big-endian length, then that many bytes. */
export class FrameChannel {
  readonly #pipe: Duplex
  readonly #handlers: FrameHandlers
  #chunks: Buffer[] = []
  #buffered = 0
  #expected: number | undefined
  #broken = false

  constructor(pipe: Duplex, handlers: FrameHandlers) {
    this.#pipe = pipe
    this.#handlers = handlers
    pipe.on('data', (chunk: Buffer) => this.#read(chunk))
  }

  /** @throws FrameTooLargeError before anything is sent. */
  send(message: unknown): void {
    const body = serialize(message)
    if (body.length > MAX_FRAME_BYTES) throw new FrameTooLargeError(body.length)
    if (!this.#pipe.writable) return
    const header = Buffer.allocUnsafe(HEADER_BYTES)
    header.writeUInt32BE(body.length)
    this.#pipe.cork()
    this.#pipe.write(header)
    this.#pipe.write(body)
    this.#pipe.uncork()
  }

  #read(chunk: Buffer): void {
    if (this.#broken) return
    this.#chunks.push(chunk)
    this.#buffered += chunk.length
    try {
      while (this.#next());
    } catch (error) {
      this.#broken = true
      this.#chunks = []
      this.#handlers.onBroken(error instanceof Error ? error : new Error(String(error)))
    }
  }

  /** Takes one frame off the buffer; false when it is not whole yet. */
  #next(): boolean {
    if (this.#expected === undefined) {
      const header = this.#take(HEADER_BYTES)
      if (header === undefined) return false
      this.#expected = header.readUInt32BE()
      if (this.#expected > MAX_FRAME_BYTES) throw new FrameTooLargeError(this.#expected)
    }
    const body = this.#take(this.#expected)
    if (body === undefined) return false
    this.#expected = undefined
    this.#handlers.onMessage(deserialize(body), body.length)
    return true
  }

  #take(bytes: number): Buffer | undefined {
    if (this.#buffered < bytes) return undefined
    const all = this.#chunks.length === 1 ? (this.#chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#chunks)
    const rest = all.subarray(bytes)
    this.#chunks = rest.length === 0 ? [] : [rest]
    this.#buffered = rest.length
    return all.subarray(0, bytes)
  }
}
