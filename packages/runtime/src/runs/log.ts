import { closeSync, openSync, readSync, statSync } from 'node:fs'
import type { LogLine } from '../host/index.ts'
import type { LineFile, LogBook } from '../log/index.ts'
import type { RequestLine } from './requests.ts'

/** Default of `runLogBytes`. */
export const MAX_LOG_BYTES = 10 * 1024 * 1024

export interface CappedLogOptions {
  readonly file: string
  /** Of the whole file; what comes after is not kept. Default 10 MB. */
  readonly maxBytes?: number
}

export interface RunLogOptions extends CappedLogOptions {
  readonly runId: string
  readonly plugin: string
  readonly attempt: number
}

type Book = Pick<LogBook, 'open' | 'close' | 'seal' | 'clean' | 'publish'>
type Said = Parameters<LogBook['seal']>[0]
type Sealed = { readonly text: string; readonly entry?: ReturnType<LogBook['seal']>['entry'] }

/** How the last line of a log begins to say that more came. */
const CUT = { level: 'warn', message: 'the log ends here: it reached its limit' } as const
/** More than the line that says so is long, and notes after it. */
const END_BYTES = 16_384

/** One JSON object a line, in a file of its own which all attempts of a run share, up to a limit. */
export class CappedLog<Line extends { readonly at: number }> implements AsyncDisposable {
  readonly #book: Book
  readonly #seal: (said: Said) => Sealed
  readonly #file: LineFile
  readonly #maxBytes: number
  #bytes: number
  #cut: boolean

  constructor(book: Book, { file, maxBytes = MAX_LOG_BYTES }: CappedLogOptions, seal: (said: Said) => Sealed) {
    this.#book = book
    this.#seal = seal
    this.#maxBytes = maxBytes
    // An earlier attempt may have written to it, and may have cut it.
    this.#bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0
    this.#cut = this.#bytes > 0 && endOf(file, this.#bytes).includes(CUT.message)
    const lost = (count: number) => seal({ level: 'warn', message: 'lines of the log were lost', lines: count }).text
    this.#file = book.open(file, { lost })
  }

  readonly write = ({ at, ...said }: Line): void => {
    if (this.#cut) return
    const time = new Date(at).toISOString()
    const sealed = this.#seal({ time, ...said } as Said)
    this.#bytes += Buffer.byteLength(sealed.text) + 1
    if (this.#bytes <= this.#maxBytes) {
      this.#say(sealed)
      return
    }
    this.#cut = true
    this.#say(this.#seal({ time, ...CUT, fields: { limitBytes: this.#maxBytes } }))
  }

  /** A line of the host's own about the log, which is kept even where the log has ended. */
  note({ at, ...said }: Line): void {
    this.#say(this.#seal({ time: new Date(at).toISOString(), ...said } as Said))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#book.close(this.#file)
  }

  #say({ entry, text }: Sealed): void {
    this.#file.write(text)
    if (entry !== undefined) this.#book.publish(entry)
  }
}

/** What a run says: a part of the logs that are read as one. */
export function runLog(book: Book, { runId, plugin, attempt, ...options }: RunLogOptions): CappedLog<LogLine> {
  return new CappedLog(book, options, (said) => book.seal({ ...said, runId, plugin, attempt }))
}

/** What the gate decided, in a file beside it. */
export function requestLog(book: Book, options: CappedLogOptions): CappedLog<RequestLine> {
  return new CappedLog(book, options, (said) => ({ text: JSON.stringify(book.clean(said)) }))
}

function endOf(file: string, size: number): string {
  const fd = openSync(file, 'r')
  try {
    const end = Buffer.alloc(Math.min(size, END_BYTES))
    readSync(fd, end, 0, end.length, size - end.length)
    return end.toString()
  } finally {
    closeSync(fd)
  }
}
