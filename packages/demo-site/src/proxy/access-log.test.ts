import { appendFileSync, readFileSync, statSync } from 'node:fs'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../test-support.ts'
import { AccessLog, type AccessLogEntry, readAccessLog } from './access-log.ts'

const entry: AccessLogEntry = {
  id: 'a',
  time: 1_700_000_000_123,
  client: '127.0.0.1:50000',
  method: 'CONNECT',
  authority: '127.0.0.1:8080',
  verdict: 'forwarded',
  status: 200,
  bytesUp: 0,
  bytesDown: 0,
  ms: 2,
  lease: 'lease-1',
  closed: false,
}

it('writes a line at once, with the time in ISO 8601', () => {
  using folder = temporaryFolder()
  using log = new AccessLog(folder.file('access.ndjson'))
  log.write(entry)
  const text = readFileSync(folder.file('access.ndjson'), 'utf8')
  expect(text).toMatch(/^\{[^\n]*"time":"2023-11-14T22:13:20\.123Z"[^\n]*\}\n$/)
  expect(readAccessLog(folder.file('access.ndjson'))).toEqual([entry])
})

it('reads the last state of each decision, in the order of the decisions', () => {
  using folder = temporaryFolder()
  using log = new AccessLog(folder.file('access.ndjson'))
  const other = { ...entry, id: 'b', lease: null }
  const closed = { ...entry, closed: true, bytesUp: 10, bytesDown: 20, ms: 99 }
  for (const line of [entry, other, closed]) log.write(line)
  expect(readAccessLog(folder.file('access.ndjson'))).toEqual([closed, other])
})

it('appends to what an earlier start wrote', () => {
  using folder = temporaryFolder()
  for (const id of ['a', 'b']) {
    using log = new AccessLog(folder.file('access.ndjson'))
    log.write({ ...entry, id })
  }
  expect(readAccessLog(folder.file('access.ndjson')).map(({ id }) => id)).toEqual(['a', 'b'])
})

it('leaves out a last line that is still being written, and names one that is no entry', () => {
  using folder = temporaryFolder()
  using log = new AccessLog(folder.file('access.ndjson'))
  log.write(entry)
  appendFileSync(folder.file('access.ndjson'), '{"id":"b","ti')
  expect(readAccessLog(folder.file('access.ndjson'))).toEqual([entry])
  appendFileSync(folder.file('access.ndjson'), '\n')
  expect(() => readAccessLog(folder.file('access.ndjson'))).toThrow(/^Line 2 /)
})

it.skipIf(process.platform === 'win32')('keeps the file to its owner', () => {
  using folder = temporaryFolder()
  using _log = new AccessLog(folder.file('access.ndjson'))
  expect(statSync(folder.file('access.ndjson')).mode & 0o777).toBe(0o600)
})

it('names a file that it cannot use', () => {
  using folder = temporaryFolder()
  const unusable = expect.objectContaining({ code: 'DEMO_FILE' })
  expect(() => new AccessLog(folder.file('missing/access.ndjson'))).toThrow(unusable)
  expect(() => readAccessLog(folder.file('missing.ndjson'))).toThrow(unusable)
})
