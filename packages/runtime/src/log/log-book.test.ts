import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonValue } from '@refbot/plugin-sdk'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RefbotError } from '../errors.ts'
import type { LogEntry } from './line.ts'
import { LINE_KEYS } from './line.ts'
import { LogBook, type LogBookOptions } from './log-book.ts'
import { REDACTED, Redactor } from './redactor.ts'

let folder: string
let now: number
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'refbot-book-'))
  now = 1000
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = () => join(folder, 'logs', 'service.ndjson')
const stored = () =>
  readFileSync(file(), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as LogEntry)

function open(options: Partial<LogBookOptions> = {}): LogBook {
  return new LogBook({ dataDir: folder, level: 'info', redactor: new Redactor(), now: () => now, ...options })
}

describe("the service's log", () => {
  it('is JSON lines in its file and at the output, with ids and ISO times', async () => {
    const output: string[] = []
    {
      await using book = open({ output: { write: (line) => output.push(line) } })
      book.log.child({ plugin: 'hello', runId: 'r1' }).warn({ n: 1, executionId: 'r1' }, 'something')
    }
    const line = {
      id: 1_000_000,
      time: '1970-01-01T00:00:01.000Z',
      level: 'warn',
      message: 'something',
      runId: 'r1',
      plugin: 'hello',
      executionId: 'r1',
      fields: { n: 1 },
    }
    expect(stored()).toEqual([line])
    expect(output).toEqual([`${JSON.stringify(line)}\n`])
    expect(statSync(file()).mode & 0o777).toBe(0o600)
  })

  it('says errors with their code, hint, stack and causes', async () => {
    await using book = open()
    const error = new RefbotError('BROKEN', 'It broke.', { hint: 'Mend it.', cause: new TypeError('no such thing') })
    book.log.error({ error }, 'failed')
    await book.flush()
    expect(stored()).toMatchObject([
      {
        level: 'error',
        error: {
          name: 'RefbotError',
          code: 'BROKEN',
          message: 'It broke.',
          hint: 'Mend it.',
          stack: expect.stringMatching(
            /RefbotError: It broke\.\n +at [\s\S]*\nCaused by TypeError: no such thing\n +at /,
          ),
        },
      },
    ])
  })

  it('says what is grave enough, from the next line on when that changes', async () => {
    await using book = open({ level: 'warn' })
    book.log.info('no')
    book.level = 'debug'
    book.log.debug('yes')
    book.level = 'silent'
    book.log.fatal('no')
    await book.flush()
    expect(stored().map(({ message }) => message)).toEqual(['yes'])
  })

  it('numbers on after a restart or a crash, though the clock went back', async () => {
    for (const time of [5000, 1000]) {
      now = time
      await using book = open()
      book.log.info('line')
    }
    expect(stored().map(({ id }) => id)).toEqual([5_000_000, 5_000_001])
    await using crashed = open()
    for (let n = 0; n < 10; n += 1) crashed.log.info('line')
    await using next = open()
    next.log.info('line')
    expect(next.lastId).toBeGreaterThan(crashed.lastId)
  })

  it('goes on without an output that fails', async () => {
    await using book = open({
      output: {
        write() {
          throw new Error('EPIPE')
        },
      },
    })
    book.log.info('line')
    await book.flush()
    expect(stored()).toHaveLength(1)
  })

  it('has no key that the table does not name', async () => {
    await using book = open()
    const about = { plugin: 'p', runId: 'r', executionId: 'e', attempt: 1, other: true, error: new Error('x') }
    book.log.error(about, 'all of them')
    await book.flush()
    expect(Object.keys(stored()[0] ?? {})).toEqual(Object.keys(LINE_KEYS))
  })

  it('lets no secret through, wherever in a line it stands, and stays readable', async () => {
    // The keys of an error are the line's own, whatever the secret is.
    const ownKeys = ['name', 'code', 'hint', 'stack']
    const secret = fc
      .string({ minLength: 4, maxLength: 40, unit: 'grapheme' })
      .filter((text) => text.trim() === text && !REDACTED.includes(text.slice(0, 4)))
      .filter((text) => !ownKeys.some((key) => key.includes(text)))
    // JSON has no -0.
    const json = fc.json({ maxDepth: 2 }).map((text) => JSON.parse(JSON.stringify(JSON.parse(text))) as JsonValue)
    const property = fc.asyncProperty(
      fc.array(secret, { minLength: 1, maxLength: 4 }),
      json,
      async (secrets, value) => {
        const redactor = new Redactor()
        for (const each of secrets) redactor.add(each)
        await using book = open({ redactor })
        for (const it of secrets) {
          const quoted = JSON.stringify({ it })
          const basic = Buffer.from(`user:${it}`).toString('base64')
          const error = { name: 'Error', message: it, stack: `Error: ${it}\n at ${encodeURIComponent(it)}` }
          const said = {
            level: 'info',
            message: `a ${it} b`,
            runId: it,
            [it]: value,
            value: [it, quoted],
            basic,
            error,
          }
          const { entry, text } = book.seal(said)
          expect(JSON.parse(text)).toEqual(entry)
          expect(entry).toMatchObject({ level: 'info', runId: REDACTED, error: { message: REDACTED } })
          const forms = [it, quoted.slice(7, -2), encodeURIComponent(it), basic.slice(8).replace(/=+$/, '')]
          for (const each of textsOf(entry as unknown as JsonValue)) {
            for (const form of forms) expect(each.replaceAll(REDACTED, ' ')).not.toContain(form)
          }
        }
      },
    )
    await fc.assert(property)
  })
})

/** Every text in a value, keys of `fields` included. */
function textsOf(value: JsonValue | undefined): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap((each) => textsOf(each))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) =>
    key in LINE_KEYS || key === 'time' ? textsOf(each) : [key, ...textsOf(each)],
  )
}
