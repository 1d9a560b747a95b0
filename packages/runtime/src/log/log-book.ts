import { join } from 'node:path'
import type { JsonValue } from '@refbot/plugin-sdk'
import { type Logger, pino } from 'pino'
import type { RefbotConfig } from '../config/index.ts'
import { describeError } from './describe-error.ts'
import { type LogEntry, shaped } from './line.ts'
import { LineFile, rotated } from './line-file.ts'
import { Numbering } from './numbering.ts'
import type { Redactor } from './redactor.ts'

/** Where lines go to besides the files: `process.stdout` is one. Each call is given one line with its end. */
export interface LogOutput {
  write(line: string): unknown
}

/** The service's log. Lines about a run or plugin are said by a child: `log.child({ plugin, runId })`. */
export type ServiceLog = Pick<Logger, 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'isLevelEnabled'> & {
  child(about: Readonly<Record<string, JsonValue>>): ServiceLog
}

export interface LogBookOptions {
  /** The data directory. */
  readonly dataDir: string
  readonly level: RefbotConfig['logLevel']
  readonly redactor: Redactor
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly output?: LogOutput
  /** Of each file of the service's log; default 10 MB. */
  readonly maxBytes?: number
  /** Of the service's log, the current one included; default 5. */
  readonly files?: number
}

const MAX_BYTES = 10 * 1024 * 1024
const FILES = 5
/**
 * All logs of a data directory: the service's own, which it writes, and those of runs, which share its redaction, its
 * numbers and its readers.
 */
export class LogBook implements AsyncDisposable {
  readonly log: ServiceLog
  readonly folder: string
  /** Of the service's log, oldest first. */
  readonly serviceFiles: readonly string[]
  readonly #redactor: Redactor
  readonly #now: () => number
  readonly #pino: Logger
  readonly #service: LineFile
  readonly #files = new Set<LineFile>()
  readonly #listeners = new Set<(entry: LogEntry) => void>()
  readonly #numbers: Numbering

  constructor(options: LogBookOptions) {
    const { dataDir, level, redactor, now, output, maxBytes = MAX_BYTES, files = FILES } = options
    this.#redactor = redactor
    this.#now = now
    this.folder = join(dataDir, 'logs')
    this.#numbers = new Numbering(join(this.folder, 'last-id'), now)
    const path = join(this.folder, 'service.ndjson')
    this.serviceFiles = rotated(path, files)
    const lost = (count: number) =>
      this.seal({ level: 'warn', message: 'lines of the log were lost', lines: count }).text
    this.#service = this.open(path, { maxBytes, files, lost })
    const write = (line: string): void => {
      const { entry, text } = this.seal(JSON.parse(line) as Record<string, JsonValue>)
      this.#service.write(text)
      this.publish(entry)
      hand(output, text)
    }
    this.#pino = pino(
      {
        level,
        base: null,
        timestamp: false,
        messageKey: 'message',
        errorKey: 'error',
        serializers: { error: describeError },
        formatters: { level: (label) => ({ level: label }) },
      },
      { write },
    )
    this.log = this.#pino
  }

  /** What is at least as grave as this is said from now on. */
  set level(level: RefbotConfig['logLevel']) {
    this.#pino.level = level
  }

  /** Numbers a line, gives it its time where it has none, and takes the secrets out of it. */
  seal(said: Readonly<Record<string, JsonValue>>): { readonly entry: LogEntry; readonly text: string } {
    const now = this.#now()
    const numbered = { id: this.#numbers.next(), time: new Date(now).toISOString() }
    const entry = shaped(numbered, said, (value) => this.#redactor.value(value))
    return { entry, text: JSON.stringify(entry) }
  }

  /** Without its secrets. */
  clean<Value extends JsonValue>(value: Value): Value {
    return this.#redactor.value(value)
  }

  /** Of the line that was numbered last. */
  get lastId(): number {
    return this.#numbers.last
  }

  /** A file whose lines readers see: {@link flush} waits for it. To be closed by {@link close}. */
  open(path: string, options: ConstructorParameters<typeof LineFile>[1] = {}): LineFile {
    const file = new LineFile(path, options)
    this.#files.add(file)
    return file
  }

  async close(file: LineFile): Promise<void> {
    await file[Symbol.asyncDispose]()
    this.#files.delete(file)
  }

  /** Tells listeners of a line that was written. */
  publish(entry: LogEntry): void {
    for (const listener of this.#listeners) listener(entry)
  }

  /** Calls back with every line of every log as it is said. A listener must not throw. Returns what ends it. */
  listen(listener: (entry: LogEntry) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves once every line said so far can be read in its file, or is lost. */
  async flush(): Promise<void> {
    await Promise.all([...this.#files].map((file) => file.flush()))
  }

  /** Lines of the service's log that could not be written to its file. */
  get lost(): number {
    return this.#service.dropped
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#files].map((file) => this.close(file)))
    this.#numbers[Symbol.dispose]()
  }
}

/** An output that fails must not end what its line tells of. */
function hand(output: LogOutput | undefined, text: string): void {
  try {
    output?.write(`${text}\n`)
  } catch {
    // The line is in the file.
  }
}
