import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RefbotError } from '../errors.ts'
import { resolveSecret, Secret, secretVariable } from './secrets.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'refbot geheim ü '))
  mkdirSync(join(dataDir, 'secrets'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const file = (name: string, text: string, mode = 0o600) => {
  writeFileSync(join(dataDir, 'secrets', name), text)
  chmodSync(join(dataDir, 'secrets', name), mode)
}
const reveal = (name: string, env: Record<string, string> = {}) => resolveSecret(name, { env, dataDir }).reveal()

describe('a secret', () => {
  it('shows itself only when asked', () => {
    const secret = new Secret('webhook-key', 'hunter2')
    const shown = [
      String(secret),
      `${secret}`,
      JSON.stringify({ secret }),
      inspect({ secret }),
      inspect(secret, { showHidden: true }),
    ]
    expect(shown.join()).not.toContain('hunter2')
    expect(JSON.parse(JSON.stringify(secret))).toEqual({ $secret: 'webhook-key' })
    expect(inspect(secret)).toBe('Secret(webhook-key)')
    expect(structuredClone({ ...secret })).toEqual({ name: 'webhook-key' })
    expect(secret.reveal()).toBe('hunter2')
  })
})

describe('looking a secret up', () => {
  it('asks the environment first, then the data directory, then systemd', () => {
    const credentials = join(dataDir, 'credentials')
    mkdirSync(credentials)
    writeFileSync(join(credentials, 'webhook-key'), 'from systemd', { mode: 0o440 })
    const env = { CREDENTIALS_DIRECTORY: credentials }
    expect(reveal('webhook-key', env)).toBe('from systemd')
    file('webhook-key', 'from the file')
    expect(reveal('webhook-key', env)).toBe('from the file')
    expect(reveal('webhook-key', { ...env, REFBOT_SECRET_WEBHOOK_KEY: 'from env' })).toBe('from env')
    expect(reveal('webhook-key', { ...env, REFBOT_SECRET_WEBHOOK_KEY: '' })).toBe('from the file')
  })

  it.each([
    ['one line\n', 'one line'],
    ['windows\r\n', 'windows'],
    [' spaces count ', ' spaces count '],
    ['two\nlines\n\n', 'two\nlines\n'],
  ])('takes %j as %j', (text, value) => {
    file('a', text)
    expect(reveal('a')).toBe(value)
  })

  it('follows a secret that refers to another', () => {
    file('a', '{ "$secret": "b" }\n')
    file('b', 'value')
    expect(resolveSecret('a', { env: {}, dataDir })).toMatchObject({ name: 'a' })
    expect(reveal('a')).toBe('value')
  })

  it.each<[string, () => void, string, RegExp]>([
    ['one that is nowhere', () => {}, 'SECRET_MISSING', /REFBOT_SECRET_A.*secrets/],
    ['an empty one', () => file('a', '\n'), 'SECRET_EMPTY', /a is empty/],
    ['a file that its group may read', () => file('a', 'hunter2', 0o640), 'SECRET_FILE_TOO_OPEN', /mode 0640/],
    ['a folder', () => mkdirSync(join(dataDir, 'secrets', 'a'), { mode: 0o700 }), 'SECRET_UNREADABLE', /no file/],
    ['a huge file', () => file('a', 'hunter2'.repeat(10_000)), 'SECRET_UNREADABLE', /larger than 65536/],
    ['one that refers to itself', () => file('a', '{"$secret":"a"}'), 'SECRET_CYCLE', /a → a/],
    [
      'a circle',
      () => {
        file('a', '{"$secret":"b"}')
        file('b', '{"$secret":"a"}')
      },
      'SECRET_CYCLE',
      /a → b → a/,
    ],
    ['a circle of links', () => symlinkSync('a', join(dataDir, 'secrets', 'a')), 'SECRET_UNREADABLE', /ELOOP/],
    [
      'a way out of the folder',
      () => file('a', '{"$secret":"../admin-token"}'),
      'SECRET_NAME_INVALID',
      /none can have/,
    ],
  ])('refuses %s', (_, prepare, code, message) => {
    prepare()
    const error = thrown(() => reveal('a'))
    expect(error).toMatchObject({ code, message: expect.stringMatching(message), hint: expect.any(String) })
    expect(inspect(error)).not.toContain('hunter2')
  })

  it.each(['', '../x', 'a/b', 'A', 'a_b', '-a', 'a-', 'a.b', 'x'.repeat(65)])('refuses the name %j', (name) => {
    expect(thrown(() => reveal(name))).toMatchObject({ code: 'SECRET_NAME_INVALID' })
  })

  it('gives different names different variables', () => {
    expect([secretVariable('a-b'), secretVariable('ab')]).toEqual(['REFBOT_SECRET_A_B', 'REFBOT_SECRET_AB'])
  })
})

function thrown(act: () => unknown): RefbotError {
  try {
    act()
  } catch (error) {
    if (error instanceof RefbotError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
