import { join } from 'node:path'
import { LOG_LEVELS, type LogLevel } from '../config/index.ts'
import { Backlog, type Store } from '../store/index.ts'
import { type LogEntry, parseLine } from './line.ts'
import { linesBackward } from './lines-backward.ts'
import type { LogBook } from './log-book.ts'
import { timeOfId } from './numbering.ts'

/** Which lines. */
export interface LogFilter {
  /** Said then or later, epoch ms. */
  readonly since?: number
  /** At least as grave. */
  readonly level?: LogLevel
  /** About this run. */
  readonly runId?: string
  /** About this plugin or one of its runs. */
  readonly plugin?: string
}

export interface LogQuery extends LogFilter {
  /** The newest so many, or with `after` the oldest; default 1,000. */
  readonly limit?: number
  /** Id of the last line that the reader has: nothing behind it is missing, and nothing comes twice. */
  readonly after?: number
}

export interface LogFollowing extends LogQuery {
  /** Ends it. */
  readonly signal?: AbortSignal
}

const LIMIT = 1000
const PAGE = 5000
const CAPACITY = 1000
const RUNS = 100
/** So much later than its end is stored may a line of a run say that it is: the clock may have gone back. */
const LATE_MS = 2 * 3_600_000

/** Reads the service's log and those of all runs as one, in the order in which the lines were said. */
export class LogReader {
  readonly #book: LogBook
  readonly #store: Pick<Store, 'select'>

  constructor(book: LogBook, store: Pick<Store, 'select'>) {
    this.#book = book
    this.#store = store
  }

  /** The newest lines that match, or the oldest behind `after`; in the order in which they were said. */
  async read({ limit = LIMIT, after, ...filter }: LogQuery = {}): Promise<readonly LogEntry[]> {
    if (limit === 0) return []
    const until = this.#book.lastId
    await this.#book.flush()
    return this.#collect(filter, { keep: after === undefined ? 'newest' : 'oldest', limit, after: after ?? 0, until })
  }

  /**
   * First the newest lines that match, or with `after` all that came since; then each as it is said. As slow as the
   * reader likes: nobody waits for it.
   */
  async *follow({ limit = LIMIT, after, signal, ...filter }: LogFollowing = {}): AsyncGenerator<LogEntry, void> {
    const backlog = new Backlog<LogEntry>(CAPACITY, after)
    const off = this.#book.listen((entry) => {
      if (matches(entry, filter)) backlog.offer([entry])
    })
    const end = (): void => backlog.end()
    signal?.addEventListener('abort', end, { once: true })
    try {
      if (signal?.aborted === true) return
      let last = after ?? this.#book.lastId
      if (after === undefined && limit > 0) {
        await this.#book.flush()
        yield* await this.#collect(filter, { keep: 'newest', limit, after: 0, until: last })
      }
      while (!backlog.ended) {
        const waiting = backlog.take()
        if (waiting === 'behind') {
          const until = this.#book.lastId
          await this.#book.flush()
          const page = await this.#collect(filter, { keep: 'oldest', limit: PAGE, after: last, until })
          yield* page
          const isLast = page.length < PAGE
          last = isLast ? Math.max(last, until) : (page.at(-1)?.id ?? last)
          if (isLast) backlog.caughtUp()
          continue
        }
        for (const entry of waiting) {
          if (entry.id <= last) continue
          last = entry.id
          yield entry
          if (backlog.ended) return
        }
        if (waiting.length === 0) await backlog.more()
      }
    } finally {
      off()
      signal?.removeEventListener('abort', end)
    }
  }

  async #collect(filter: LogFilter, range: Range): Promise<LogEntry[]> {
    const { after, until, limit, keep } = range
    const kept = new Kept(limit, keep)
    const oldest = Math.max(filter.since ?? 0, timeOfId(after))
    for await (const { path, endedAt } of this.#sources(filter, oldest)) {
      if (endedAt !== undefined && kept.excludesAll(endedAt + LATE_MS)) break
      for await (const line of linesBackward(path)) {
        const entry = parseLine(line)
        if (entry === undefined || entry.id > until) continue
        if (entry.id <= after || timeOfId(entry.id) < oldest || kept.excludes(entry.id)) break
        if (matches(entry, filter)) kept.add(entry)
      }
    }
    return kept.inOrder()
  }

  /** Files that may hold such lines, those of runs by when they ended, the latest first. */
  async *#sources({ runId, plugin }: LogFilter, oldest: number): AsyncGenerator<Source> {
    for (const path of this.#book.serviceFiles.toReversed()) yield { path, endedAt: undefined }
    const parameters = [oldest - LATE_MS, ...[runId, plugin].filter((each) => each !== undefined)]
    for (let offset = 0, more = true; more; offset += RUNS) {
      const rows = await this.#store.select(
        `SELECT run.id AS id, execution.ended_at AS ended FROM run JOIN execution ON execution.id = run.id
        WHERE (execution.ended_at IS NULL OR execution.ended_at >= ?)
        ${runId === undefined ? '' : 'AND run.id = ?'} ${plugin === undefined ? '' : 'AND run.plugin = ?'}
        ORDER BY execution.ended_at IS NULL DESC, execution.ended_at DESC, run.id DESC LIMIT ${RUNS} OFFSET ${offset}`,
        parameters,
      )
      for (const { id, ended } of rows) {
        const endedAt = ended === null ? undefined : Number(ended)
        yield { path: join(this.#book.folder, `${id}.ndjson`), endedAt }
      }
      more = rows.length === RUNS
    }
  }
}

interface Source {
  readonly path: string
  /** Of the run, epoch ms; undefined while more may come. */
  readonly endedAt: number | undefined
}

interface Range {
  readonly keep: 'newest' | 'oldest'
  readonly limit: number
  /** Only lines behind this id. */
  readonly after: number
  /** And none behind this one: they may not be in their files yet. */
  readonly until: number
}

function matches(entry: LogEntry, { since, level, runId, plugin }: LogFilter): boolean {
  if (level !== undefined && LOG_LEVELS.indexOf(entry.level) < LOG_LEVELS.indexOf(level)) return false
  if (runId !== undefined && entry.runId !== runId) return false
  if (plugin !== undefined && entry.plugin !== plugin) return false
  return since === undefined || Date.parse(entry.time) >= since
}

/** The newest or the oldest of what is added, at most `limit`. */
class Kept {
  readonly #limit: number
  readonly #keep: Range['keep']
  #entries: LogEntry[] = []
  /** Of the one that goes next; undefined while there is room. */
  #edge: number | undefined

  constructor(limit: number, keep: Range['keep']) {
    this.#limit = limit
    this.#keep = keep
  }

  add(entry: LogEntry): void {
    if (this.#keep === 'oldest' && this.#edge !== undefined && entry.id > this.#edge) return
    this.#entries.push(entry)
    if (this.#entries.length >= this.#limit * 2 || (this.#edge === undefined && this.#entries.length === this.#limit)) {
      this.#trim()
    }
  }

  /** Whether neither this line nor any older one would be kept. */
  excludes(id: number): boolean {
    return this.#keep === 'newest' && this.#edge !== undefined && id < this.#edge
  }

  /** The same of all lines up to a time, epoch ms. */
  excludesAll(until: number): boolean {
    return this.#keep === 'newest' && this.#edge !== undefined && until < timeOfId(this.#edge)
  }

  inOrder(): LogEntry[] {
    this.#trim()
    return this.#entries
  }

  #trim(): void {
    this.#entries.sort((a, b) => a.id - b.id)
    // A file that moved on while it was read was read twice.
    this.#entries = this.#entries.filter((entry, index, all) => entry.id !== all[index - 1]?.id)
    this.#entries = this.#keep === 'newest' ? this.#entries.slice(-this.#limit) : this.#entries.slice(0, this.#limit)
    if (this.#entries.length < this.#limit) return
    this.#edge = this.#entries.at(this.#keep === 'newest' ? 0 : -1)?.id
  }
}
