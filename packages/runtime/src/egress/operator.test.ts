import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ensureOperatorKey, OPERATOR_SECRET_FILE, operatorKeyOf } from './operator.ts'

let dataDir: string
let file: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'refbot-operator-'))
  file = join(dataDir, OPERATOR_SECRET_FILE)
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

test('the key is made once, from a secret for the operator alone', () => {
  expect(operatorKeyOf(dataDir)).toBeUndefined()
  const key = ensureOperatorKey(dataDir)
  expect(key).toMatch(/^[0-9a-f]{64}$/)
  expect([ensureOperatorKey(dataDir), operatorKeyOf(dataDir)]).toEqual([key, key])
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test.each([
  ['nothing, as a crash or a full disk leaves it', () => ''],
  ['blanks', () => ' \n'],
  ['the beginning of a secret', (secret: string) => secret.slice(0, 20)],
  ['a word that others could guess', () => 'secret\n'],
])('a file with %s is no secret: its hash would be anybody’s key', (_name, spoilt) => {
  ensureOperatorKey(dataDir)
  writeFileSync(file, spoilt(readFileSync(file, 'utf8')))
  for (const read of [operatorKeyOf, ensureOperatorKey]) {
    expect(() => read(dataDir)).toThrow(
      expect.objectContaining({ code: 'OPERATOR_SECRET_INVALID', hint: expect.stringContaining('authorize init') }),
    )
  }
})
