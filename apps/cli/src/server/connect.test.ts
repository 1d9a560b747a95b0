import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readApiFile, writeApiFile } from './api-file.ts'
import { connect } from './connect.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'refbot-connect-'))
  mkdirSync(join(cwd, '.refbot'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

const none = { url: undefined, token: undefined, config: undefined, dataDir: undefined }

describe('the server that is meant', () => {
  it('is the one of the flag, then of the environment, then the running one, then the default', async () => {
    const address = async (flags: Partial<typeof none> | { url: string }, env = {}) =>
      (await connect({ flags: { ...none, ...flags }, env, cwd })).baseUrl
    expect(await address({})).toBe('http://127.0.0.1:8000')
    using _ = writeApiFile(join(cwd, '.refbot'), { url: 'http://127.0.0.1:1003', pid: 1 })
    expect(await address({})).toBe('http://127.0.0.1:1003')
    expect(await address({}, { REFBOT_URL: 'http://127.0.0.1:1002' })).toBe('http://127.0.0.1:1002')
    expect(await address({ url: 'http://127.0.0.1:1001' }, { REFBOT_URL: 'http://x' })).toBe('http://127.0.0.1:1001')
  })

  it('gets the token of the flag, then of the environment, then of the data directory', async () => {
    const seen: unknown[] = []
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization)
      response.setHeader('content-type', 'application/json').end('{"plugins":[]}')
    })
    await new Promise<void>((up) => server.listen(0, '127.0.0.1', up))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const ask = async (flags: object, env = {}) =>
      (await connect({ flags: { ...none, url, ...flags }, env, cwd })).listPlugins()
    await ask({})
    writeFileSync(join(cwd, '.refbot/admin-token'), 'rb_file\n')
    await ask({})
    await ask({}, { REFBOT_TOKEN: 'rb_env' })
    await ask({ token: 'rb_flag' }, { REFBOT_TOKEN: 'rb_env' })
    server.close()
    expect(seen).toEqual([undefined, 'Bearer rb_file', 'Bearer rb_env', 'Bearer rb_flag'])
  })

  it('never gets the token of this machine when it is another one', async () => {
    writeFileSync(join(cwd, '.refbot/admin-token'), 'rb_file')
    const seen: unknown[] = []
    for (const url of [
      'http://refbot.example:8000',
      'http://127.0.0.1.example',
      'http://localhost.example',
      'http://10.0.0.1',
    ]) {
      const flags = { ...none, url }
      const { listPlugins } = await connect({
        flags,
        env: {},
        cwd,
        transport: async ({ headers }) => {
          seen.push(headers.authorization)
          throw new Error('no network')
        },
      })
      await expect(listPlugins()).rejects.toMatchObject({ code: 'API_UNREACHABLE' })
    }
    expect(seen).toEqual([undefined, undefined, undefined, undefined])
  })
})

describe('the file that tells where a server listens', () => {
  it('is for its owner only, and gone with the server', () => {
    const dataDir = join(cwd, '.refbot')
    const file = writeApiFile(dataDir, { url: 'http://127.0.0.1:1', pid: 1 })
    expect(statSync(join(dataDir, 'api.json')).mode & 0o777).toBe(0o600)
    expect(readApiFile(dataDir)).toEqual({ url: 'http://127.0.0.1:1', pid: 1 })
    file[Symbol.dispose]()
    expect(readApiFile(dataDir)).toBeUndefined()
  })

  it("is left alone when it is another server's by then", () => {
    const dataDir = join(cwd, '.refbot')
    const old = writeApiFile(dataDir, { url: 'http://127.0.0.1:1', pid: 1 })
    writeApiFile(dataDir, { url: 'http://127.0.0.1:2', pid: 2 })
    old[Symbol.dispose]()
    expect(readApiFile(dataDir)).toMatchObject({ pid: 2 })
  })

  it('says nothing where it is broken', () => {
    writeFileSync(join(cwd, '.refbot/api.json'), '{"url":5')
    expect(readApiFile(join(cwd, '.refbot'))).toBeUndefined()
  })
})
