import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LineFile, rotated } from './line-file.ts'
import { linesBackward } from './lines-backward.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'refbot-lines-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const at = (name: string) => join(folder, name)
const lines = (path: string) => readFileSync(path, 'utf8').split('\n').slice(0, -1)

describe('a file of lines', () => {
  it('is made with its folder, for its user alone, and keeps what was there', async () => {
    for (const text of ['one', 'two']) {
      await using file = new LineFile(at('logs/a.ndjson'))
      file.write(text)
    }
    expect(lines(at('logs/a.ndjson'))).toEqual(['one', 'two'])
    expect(statSync(at('logs/a.ndjson')).mode & 0o777).toBe(0o600)
    expect(statSync(at('logs')).mode & 0o777).toBe(0o700)
  })

  it('begins on a line of its own behind one that was cut off', async () => {
    writeFileSync(at('a'), 'whole\nhal')
    await using file = new LineFile(at('a'))
    file.write('next')
    await file.flush()
    expect(lines(at('a'))).toEqual(['whole', 'hal', 'next'])
  })

  it('begins a new file before one is too large, and keeps so many of the others', async () => {
    await using file = new LineFile(at('a.ndjson'), { maxBytes: 20, files: 3 })
    for (let n = 10; n < 30; n += 1) {
      file.write(`line ${n}`)
      await file.flush()
    }
    expect(readdirSync(folder).sort()).toEqual(['a.1.ndjson', 'a.2.ndjson', 'a.ndjson'])
    expect(rotated(at('a.ndjson'), 3).flatMap(lines)).toEqual([24, 25, 26, 27, 28, 29].map((n) => `line ${n}`))
    for (const name of readdirSync(folder)) expect(statSync(at(name)).size).toBeLessThanOrEqual(20)
  })

  it('loses what cannot be written, and says how much as soon as it can write again', async () => {
    mkdirSync(at('a'))
    await using file = new LineFile(at('a'), { lost: (count) => `${count} lost` })
    for (const text of ['one', 'two']) file.write(text)
    await file.flush()
    expect(file.dropped).toBe(2)
    rmSync(at('a'), { recursive: true })
    file.write('three')
    await file.flush()
    expect(lines(at('a'))).toEqual(['2 lost', 'three'])
    file.write('four')
    await file.flush()
    expect(lines(at('a'))).toEqual(['2 lost', 'three', 'four'])
  })

  it('holds no more in memory for a slow disk than it may', async () => {
    await using file = new LineFile(at('a'), { maxWaitingBytes: 10, lost: (count) => `${count} lost` })
    for (const text of ['1234', '5678', 'more', 'more']) file.write(text)
    await file.flush()
    file.write('end')
    await file.flush()
    expect(file.dropped).toBe(2)
    expect(lines(at('a'))).toEqual(['2 lost', '1234', '5678', 'end'])
  })
})

describe('lines backward', () => {
  it('are the whole lines of a file in the opposite order, however long they are', async () => {
    const long = fc.integer({ min: 60_000, max: 140_000 }).map((length) => 'ü'.repeat(length))
    const line = fc.oneof(fc.string(), long)
    const texts = fc.array(
      line.map((text) => `x${text.replaceAll('\n', '')}`),
      { maxLength: 6 },
    )
    await fc.assert(
      fc.asyncProperty(texts, async (written) => {
        writeFileSync(at('a'), written.map((text) => `${text}\n`).join(''))
        appendFileSync(at('a'), 'not yet whole')
        expect(await Array.fromAsync(linesBackward(at('a')))).toEqual(written.reverse())
      }),
      { numRuns: 15 },
    )
  })

  it('of a file that is not there are none', async () => {
    expect(await Array.fromAsync(linesBackward(at('none')))).toEqual([])
  })
})
