import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runLog } from '../runs/log.ts'
import type { Store } from '../store/index.ts'
import { id, run } from '../store/testing/contracts.ts'
import { TestFolder } from '../store/testing/folder.ts'
import type { LogEntry } from './line.ts'
import { LogBook } from './log-book.ts'
import { LogReader } from './log-reader.ts'
import { Redactor } from './redactor.ts'

const HOUR = 3_600_000

/** A service that logs: what a test says, at the time of its folder. */
class Service implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack()
  readonly folder: TestFolder
  book!: LogBook
  store!: Store
  reader!: LogReader

  constructor(folder: TestFolder) {
    this.folder = folder
  }

  static async start(folder: TestFolder, limits: { maxBytes?: number; files?: number } = {}): Promise<Service> {
    const service = new Service(folder)
    const now = () => folder.now
    service.store = service.#stack.use(await folder.open())
    const options = { dataDir: folder.path, level: 'trace', redactor: new Redactor(), now, ...limits } as const
    service.book = service.#stack.use(new LogBook(options))
    service.reader = new LogReader(service.book, service.store)
    return service
  }

  /** A run of the plugin `shop`, unless it is there already, that says some lines. */
  async run(number: number, messages: readonly string[], { ends = true } = {}): Promise<void> {
    if ((await this.store.executions.get(id(number))) === undefined) await this.store.executions.claim(run(number))
    {
      await using log = this.runLog(number)
      for (const message of messages) log.write({ at: this.folder.now, level: 'info', message })
    }
    if (ends)
      await this.store.executions.update(id(number), { status: 'success', endedAt: this.folder.now, attempts: [] })
  }

  runLog(number: number) {
    const file = join(this.folder.path, 'logs', `${id(number)}.ndjson`)
    return runLog(this.book, { file, runId: id(number), plugin: 'shop', attempt: 1 })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync()
  }
}

const texts = (entries: readonly LogEntry[]) => entries.map(({ message }) => message)

async function take(entries: AsyncIterator<LogEntry>, count: number): Promise<LogEntry[]> {
  const taken: LogEntry[] = []
  while (taken.length < count) {
    const { value, done } = await entries.next()
    if (done === true) break
    taken.push(value)
  }
  return taken
}

describe('reading the logs', () => {
  it('takes the newest lines of the service and of all runs, in the order in which they were said', async () => {
    using folder = new TestFolder()
    await using service = await Service.start(folder)
    service.book.log.info('one')
    await service.run(1, ['two', 'three'])
    service.book.log.info('four')
    await service.run(2, ['five'], { ends: false })
    service.book.log.info('six')
    const all = ['one', 'two', 'three', 'four', 'five', 'six']
    expect(texts(await service.reader.read())).toEqual(all)
    for (let limit = 1; limit <= 6; limit += 1) {
      expect(texts(await service.reader.read({ limit }))).toEqual(all.slice(-limit))
    }
  })

  it.each([
    ['a run', { runId: id(1) }, ['about run 1', 'of run 1']],
    ['a plugin', { plugin: 'shop' }, ['of run 1', 'of run 2']],
    ['a level', { level: 'warn' as const }, ['warned']],
    ['a run and a plugin', { runId: id(2), plugin: 'shop' }, ['of run 2']],
    ['a run that is not there', { runId: id(9) }, []],
    ['nothing that anybody said', { plugin: "' OR 1=1 --" }, []],
  ])('keeps to those of %s', async (_, filter, expected) => {
    using folder = new TestFolder()
    await using service = await Service.start(folder)
    service.book.log.info({ runId: id(1) }, 'about run 1')
    service.book.log.warn('warned')
    await service.run(1, ['of run 1'])
    await service.run(2, ['of run 2'])
    expect(texts(await service.reader.read(filter))).toEqual(expected)
  })

  it('keeps to a time, over many runs, of which it opens no more than it must', async () => {
    using folder = new TestFolder()
    await using service = await Service.start(folder)
    for (let n = 1; n <= 130; n += 1) {
      folder.now += HOUR
      await service.run(n, [`run ${n}`])
    }
    const since = folder.now - 2 * HOUR
    expect(texts(await service.reader.read({ since }))).toEqual(['run 128', 'run 129', 'run 130'])
    expect(texts(await service.reader.read({ limit: 2 }))).toEqual(['run 129', 'run 130'])
    expect(await service.reader.read()).toHaveLength(130)
  })

  it('reads over files that moved on, and over what a crash cut off', async () => {
    using folder = new TestFolder()
    await using service = await Service.start(folder, { maxBytes: 400, files: 3 })
    for (let n = 0; n < 12; n += 1) {
      service.book.log.info(`line ${n}`)
      await service.book.flush()
    }
    appendFileSync(join(folder.path, 'logs', 'service.ndjson'), '{"id":1,"half')
    const read = texts(await service.reader.read())
    expect(read.length).toBeGreaterThan(6)
    expect(read).toEqual(Array.from({ length: 12 }, (_, n) => `line ${n}`).slice(-read.length))
  })
})

describe('following the logs', () => {
  it('gives what is there, then each line as it is said, until it is ended', async () => {
    using folder = new TestFolder()
    await using service = await Service.start(folder)
    for (const message of ['old', 'newest']) service.book.log.info(message)
    const ending = new AbortController()
    const lines = service.reader.follow({ limit: 1, signal: ending.signal })
    expect(texts(await take(lines, 1))).toEqual(['newest'])
    const next = take(lines, 3)
    service.book.log.info('live')
    await service.run(1, ['of a run'])
    service.book.log.info('more')
    expect(texts(await next)).toEqual(['live', 'of a run', 'more'])
    const last = lines.next()
    ending.abort()
    expect(await last).toEqual({ value: undefined, done: true })
  })

  it('gives only what is new, and of that only what is asked for', async () => {
    using folder = new TestFolder()
    await using service = await Service.start(folder)
    service.book.log.info('old')
    const lines = service.reader.follow({ limit: 0, level: 'warn' })
    const next = take(lines, 1)
    // Whatever was said before it began to listen, it leaves out.
    service.book.log.info('mild')
    service.book.log.error('grave')
    expect(texts(await next)).toEqual(['grave'])
    await lines.return()
  })

  it.each([0, 1, 7, 40])('misses nothing and repeats nothing, cut off after every %i lines', async (every) => {
    using folder = new TestFolder()
    await using service = await Service.start(folder, { maxBytes: 2000, files: 50 })
    const open = service.runLog(1)
    await service.store.executions.claim(run(1))
    const said: string[] = []
    const say = (): void => {
      const message = `line ${said.length}`
      said.push(message)
      if (said.length % 3 === 0) open.write({ at: folder.now, level: 'debug', message })
      else service.book.log.info(message)
    }
    say()
    const read: LogEntry[] = await take(service.reader.follow({ limit: 10 }), 1)
    while (said.length < 200) {
      for (let n = 0; n < 5; n += 1) say()
      const after = read.at(-1)?.id ?? 0
      const lines = service.reader.follow({ after })
      read.push(...(await take(lines, Math.min(every, said.length - read.length))))
      say()
      await lines.return()
    }
    const rest = service.reader.follow({ after: read.at(-1)?.id ?? 0 })
    read.push(...(await take(rest, said.length - read.length)))
    await rest.return()
    expect(texts(read)).toEqual(said)
    await open[Symbol.asyncDispose]()
  })

  it('reads on from the files where it was too slow for the memory that it may take', async () => {
    using folder = new TestFolder()
    await using service = await Service.start(folder)
    const lines = service.reader.follow({ limit: 0 })
    const first = lines.next()
    for (let n = 0; n < 3000; n += 1) service.book.log.info(`line ${n}`)
    const read = [(await first).value as LogEntry, ...(await take(lines, 2999))]
    expect(texts(read)).toEqual(Array.from({ length: 3000 }, (_, n) => `line ${n}`))
    await lines.return()
  })

  it('goes on behind a line of the life before', async () => {
    using folder = new TestFolder()
    let after = 0
    {
      await using service = await Service.start(folder)
      service.book.log.info('seen')
      after = (await service.reader.read()).at(-1)?.id ?? 0
      service.book.log.info('missed')
      await service.run(1, ['missed of a run'])
    }
    folder.now -= HOUR
    await using service = await Service.start(folder)
    service.book.log.info('after the restart')
    const lines = service.reader.follow({ after })
    expect(texts(await take(lines, 2))).toEqual(['missed', 'missed of a run'])
    expect(texts(await take(lines, 1))).toEqual(['after the restart'])
    await lines.return()
  })
})
