import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MAX_LOG_BYTES, RunLog } from './log.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'refbot-log-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const read = (file: string) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

describe("a run's log", () => {
  it('is one JSON object a line, for its user alone, and goes on where it ended', async () => {
    const file = join(folder, 'run.ndjson')
    for (const message of ['first', 'second\nline']) {
      await using log = new RunLog(file)
      log.write({ at: 0, level: 'info', message, fields: { n: 1 } })
    }
    expect(read(file)).toEqual([
      { time: '1970-01-01T00:00:00.000Z', level: 'info', message: 'first', fields: { n: 1 } },
      { time: '1970-01-01T00:00:00.000Z', level: 'info', message: 'second\nline', fields: { n: 1 } },
    ])
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('says where it was cut', async () => {
    const file = join(folder, 'long.ndjson')
    {
      await using log = new RunLog(file)
      const message = 'x'.repeat(1024 * 1024)
      for (let i = 0; i < 20; i += 1) log.write({ at: 0, level: 'info', message })
    }
    expect(statSync(file).size).toBeLessThan(MAX_LOG_BYTES + 1000)
    expect(read(file).at(-1)).toMatchObject({ level: 'warn', message: expect.stringContaining('ends here') })
  })

  it('that cannot be written ends nothing', async () => {
    await using log = new RunLog(join(folder, 'no', 'such', 'folder'))
    log.write({ at: 0, level: 'info', message: 'lost' })
  })
})
