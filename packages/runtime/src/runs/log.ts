import { createWriteStream, statSync, type WriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { LogLine } from '../host/index.ts'

/** Bytes of one run's log; what comes after is not kept. */
export const MAX_LOG_BYTES = 10 * 1024 * 1024

/** A run's log: one JSON object a line, in a file of its own. */
export class RunLog<Line extends { readonly at: number } = LogLine> implements AsyncDisposable {
  readonly #stream: WriteStream
  #bytes: number
  #cut = false

  constructor(file: string) {
    // An earlier attempt may have written to it.
    this.#bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0
    this.#stream = createWriteStream(file, { flags: 'a', mode: 0o600 })
    // A log that cannot be written must not end the run that it tells of.
    this.#stream.on('error', () => undefined)
  }

  readonly write = ({ at, ...line }: Line): void => {
    if (this.#cut) return
    const text = `${JSON.stringify({ time: new Date(at).toISOString(), ...line })}\n`
    this.#bytes += Buffer.byteLength(text)
    if (this.#bytes <= MAX_LOG_BYTES) {
      this.#stream.write(text)
      return
    }
    this.#cut = true
    const message = `The log ends here: it reached its limit of ${MAX_LOG_BYTES} bytes.`
    this.#stream.write(`${JSON.stringify({ time: new Date(at).toISOString(), level: 'warn', message })}\n`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stream.end()
    await finished(this.#stream).catch(() => undefined)
  }
}
