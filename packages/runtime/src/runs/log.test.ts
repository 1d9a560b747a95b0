import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LogBook, Redactor } from '../log/index.ts'
import { requestLog, runLog } from './log.ts'

let folder: string
let book: LogBook
let redactor: Redactor
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'refbot-log-'))
  redactor = new Redactor()
  book = new LogBook({ dataDir: folder, level: 'silent', redactor, now: () => 1000 })
})
afterEach(async () => {
  await book[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const options = (attempt = 1, maxBytes = 10_000) => ({
  file: join(folder, 'run.ndjson'),
  runId: 'r1',
  plugin: 'hello',
  attempt,
  maxBytes,
})
const read = () =>
  readFileSync(join(folder, 'run.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

describe("a run's log", () => {
  it('is one JSON object a line, for its user alone, and goes on where an earlier attempt ended', async () => {
    for (const attempt of [1, 2]) {
      await using log = runLog(book, options(attempt))
      log.write({ at: 0, level: 'info', message: 'two\nlines', fields: { n: 1 } })
    }
    const about = { time: '1970-01-01T00:00:00.000Z', level: 'info', runId: 'r1', plugin: 'hello' }
    expect(read()).toEqual([
      { ...about, id: 1_000_000, attempt: 1, message: 'two\nlines', fields: { n: 1 } },
      { ...about, id: 1_000_001, attempt: 2, message: 'two\nlines', fields: { n: 1 } },
    ])
    expect(statSync(join(folder, 'run.ndjson')).mode & 0o777).toBe(0o600)
  })

  it('ends at its limit with one line that says so, whatever is said later or by a later attempt', async () => {
    for (const attempt of [1, 2]) {
      await using log = runLog(book, options(attempt))
      for (let i = 0; i < 20; i += 1) log.write({ at: 0, level: 'info', message: 'x'.repeat(1000) })
    }
    expect(statSync(join(folder, 'run.ndjson')).size).toBeLessThan(10_500)
    const lines = read()
    expect(lines.length).toBeGreaterThan(5)
    expect(lines.filter(({ level }) => level === 'warn')).toEqual([lines.at(-1)])
    expect(lines.at(-1)).toMatchObject({
      message: expect.stringContaining('ends here'),
      fields: { limitBytes: 10_000 },
    })
  })

  it('keeps a note about itself after its limit too, and ends for a later attempt all the same', async () => {
    for (const attempt of [1, 2]) {
      await using log = runLog(book, options(attempt))
      for (let i = 0; i < 20; i += 1) log.write({ at: 0, level: 'info', message: 'x'.repeat(1000) })
      log.note({ at: 0, level: 'warn', message: 'more was said', fields: { lines: 7 } })
    }
    expect(
      read()
        .filter(({ level }) => level === 'warn')
        .map(({ message, attempt }) => [attempt, message]),
    ).toEqual([
      [1, expect.stringContaining('ends here')],
      [1, 'more was said'],
      [2, 'more was said'],
    ])
  })

  it('holds no secret, and control sequences as they were said', async () => {
    redactor.add('hunter2!')
    {
      await using log = runLog(book, options())
      log.write({ at: 0, level: 'info', message: 'pw hunter2!\u001b[31m', fields: { auth: ['hunter2!'] } })
    }
    expect(read()).toMatchObject([{ message: 'pw [redacted]\u001b[31m', fields: { auth: ['[redacted]'] } }])
  })

  it('of requests has the same limit and holds no secret either', async () => {
    redactor.add('hunter2!')
    const line = {
      verdict: 'forwarded',
      rule: 'target',
      method: 'GET',
      origin: 'http://127.0.0.1:1',
      attempt: 1,
    } as const
    {
      await using log = requestLog(book, { file: join(folder, 'run.ndjson'), maxBytes: 10_000 })
      for (let n = 0; n < 100; n += 1) log.write({ ...line, at: 0, path: '/hunter2!', page: 'p1' } as never)
    }
    expect(read()[0]).toEqual({ ...line, time: '1970-01-01T00:00:00.000Z', path: '/[redacted]', page: 'p1' })
    expect(read().at(-1)).toMatchObject({ message: expect.stringContaining('ends here') })
  })

  it('that cannot be written ends nothing', async () => {
    writeFileSync(join(folder, 'file'), '')
    await using log = runLog(book, { ...options(), file: join(folder, 'file', 'run.ndjson') })
    log.write({ at: 0, level: 'info', message: 'lost' })
  })
})
