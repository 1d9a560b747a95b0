import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { refbot } from '../test-support.ts'

const cwd = mkdtempSync(join(tmpdir(), 'refbot-authorize-'))
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const call = async (...args: string[]) => {
  const { code, stdout, stderr } = await refbot(args, { cwd })
  return { code, stdout, stderr }
}
const json = async (...args: string[]) => JSON.parse((await call(...args, '--json')).stdout)

describe('authorize init', () => {
  it('makes a secret once, and a document for the owner that names its key and not the secret', async () => {
    const first = await json('authorize', 'init', 'https://shop.example.com')
    expect(first).toMatchObject({
      operatorKey: expect.stringMatching(/^[0-9a-f]{64}$/),
      url: 'https://shop.example.com/.well-known/synthetic-testing.json',
      document: { origin: 'https://shop.example.com', operatorKey: first.operatorKey, allow: { proxies: false } },
    })
    const secret = readFileSync(first.secretFile, 'utf8').trim()
    expect(statSync(first.secretFile).mode & 0o777).toBe(0o600)
    expect(JSON.stringify(first)).not.toContain(secret)
    expect(await json('authorize', 'init')).toEqual({ operatorKey: first.operatorKey, secretFile: first.secretFile })
  }, 60_000)

  it.each(['http://shop.example.com', 'https://shop.example.com/path', 'shop'])(
    'refuses %s',
    async (origin) => {
      const { code, stderr } = await call('authorize', 'init', origin, '--data-dir', join(cwd, 'other'))
      expect([code, stderr]).toEqual([2, expect.stringContaining('TARGET_INVALID')])
      expect(existsSync(join(cwd, 'other'))).toBe(false)
    },
    60_000,
  )
})

describe('authorize check', () => {
  it('says that this machine may be tested, and of another site why not, with its exit code', async () => {
    const here = await call('authorize', 'check', 'http://127.0.0.1:3000/sign-up')
    expect([here.code, here.stdout]).toEqual([0, expect.stringMatching(/● http:\/\/127\.0\.0\.1:3000 may be tested/)])
    const there = await call('authorize', 'check', 'http://shop.invalid/')
    expect(there.code).toBe(1)
    expect(there.stdout).toMatch(/■ http:\/\/shop\.invalid does not agree to be tested\.\n {2}A document counts only/)
    const nobody = await call('authorize', 'check', 'https://shop.invalid/', '--json')
    expect([nobody.code, JSON.parse(nobody.stdout)]).toEqual([
      1,
      expect.objectContaining({ granted: false, problems: [expect.stringMatching(/could not be fetched/)] }),
    ])
  }, 60_000)
})
