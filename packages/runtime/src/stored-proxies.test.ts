import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { rotateStoreKey } from './rotate-key.ts'
import { backup, findKeyFile, newStoreKey, restoreBackup, Store, Vault, writeKeys } from './store/index.ts'
import { TestFolder } from './store/testing/folder.ts'
import { StoredProxies } from './stored-proxies.ts'

const PROXY = { host: '127.0.0.1', port: 3128, username: 'user', password: 'pässword' }
const FREE = { host: '127.0.0.1', port: 3129, tags: ['free'] }

/** What the logins of a directory are, opened as a start opens them. */
async function logins(dataDir: string, env: Readonly<Record<string, string>> = {}) {
  await using store = await Store.open({ file: join(dataDir, 'refbot.db'), now: Date.now, reserveBytes: 0 })
  const vault = new Vault(findKeyFile(dataDir, env))
  const proxies = await StoredProxies.open({ store, vault, idKey: 'id' })
  return proxies.all().map(({ username, password }) => `${username}:${password}`)
}

async function filled(folder: TestFolder, env: Readonly<Record<string, string>> = {}): Promise<void> {
  await using store = await folder.open()
  const vault = new Vault(findKeyFile(folder.path, env))
  const proxies = await StoredProxies.open({ store, vault, idKey: 'id' })
  expect(await proxies.add([PROXY, FREE])).toHaveLength(2)
  expect(await proxies.add([PROXY])).toEqual([])
}

const BOTH = ['user:pässword', 'undefined:undefined']
const keyOf = (folder: TestFolder) => join(folder.path, 'store-key')

describe('proxies beside those of the configuration', () => {
  it('come back with their logins, which the database does not show', async () => {
    using folder = new TestFolder()
    await filled(folder)
    expect(await logins(folder.path)).toEqual(BOTH)
    expect(readFileSync(folder.database).includes('pässword')).toBe(false)
    expect(statSync(keyOf(folder)).mode & 0o777).toBe(0o600)
  })

  it('need no key where none of them has a login', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    const vault = new Vault(findKeyFile(folder.path, {}))
    await (await StoredProxies.open({ store, vault, idKey: 'id' })).add([FREE])
    expect(existsSync(keyOf(folder))).toBe(false)
  })

  it.each([
    ['STORE_KEY_MISSING', (file: string) => rmSync(file)],
    ['STORE_KEY_WRONG', (file: string) => writeFileSync(file, newStoreKey().text)],
    ['STORE_KEY_INVALID', (file: string) => writeFileSync(file, 'no key')],
    ['STORE_KEY_INVALID', (file: string) => writeFileSync(file, '')],
    ['STORE_KEY_TOO_OPEN', (file: string) => chmodSync(file, 0o644)],
  ])('are never left out in silence: %s', async (code, harm) => {
    using folder = new TestFolder()
    await filled(folder)
    harm(keyOf(folder))
    await expect(logins(folder.path)).rejects.toMatchObject({ code, hint: expect.any(String) })
  })

  it('take the key from where the operator keeps it', async () => {
    using folder = new TestFolder()
    const keys = join(folder.path, 'elsewhere')
    mkdirSync(keys)
    const env = { REFBOT_STORE_KEY_FILE: join(keys, 'mine') }
    await filled(folder, env)
    expect([existsSync(keyOf(folder)), await logins(folder.path, env)]).toEqual([false, BOTH])
    writeFileSync(join(keys, 'store-key'), readFileSync(env.REFBOT_STORE_KEY_FILE))
    expect(await logins(folder.path, { CREDENTIALS_DIRECTORY: keys })).toEqual(BOTH)
  })
})

describe('another key', () => {
  it('seals everything, and the old one is gone', async () => {
    using folder = new TestFolder()
    await filled(folder)
    const old = readFileSync(keyOf(folder), 'utf8')
    const { keyId } = await rotateStoreKey({ dataDir: folder.path, env: {} })
    expect(await logins(folder.path)).toEqual(BOTH)
    await using store = await folder.open()
    expect((await store.events.since(0, 10)).at(-1)).toMatchObject({
      type: 'store.key_rotated',
      data: { keyId, resealed: 1 },
    })
    writeFileSync(keyOf(folder), old)
    await expect(logins(folder.path)).rejects.toMatchObject({ code: 'STORE_KEY_WRONG' })
  })

  it('cut off between any two steps opens all, and is completed by the next call', async () => {
    using folder = new TestFolder()
    await filled(folder)
    const file = findKeyFile(folder.path, {})
    const old = readFileSync(file.path, 'utf8').trim()
    // Written beside the old one; nothing sealed with it yet.
    writeFileSync(file.path, `${old}\n${newStoreKey().text}\n`)
    expect(await logins(folder.path)).toEqual(BOTH)
    await rotateStoreKey({ dataDir: folder.path, env: {} })
    // All sealed; the old one not taken away yet.
    writeFileSync(file.path, `${old}\n${readFileSync(file.path, 'utf8')}`)
    expect(await logins(folder.path)).toEqual(BOTH)
    await rotateStoreKey({ dataDir: folder.path, env: {} })
    expect(await logins(folder.path)).toEqual(BOTH)
    expect(readFileSync(file.path, 'utf8').trim().split('\n')).toHaveLength(1)
  })

  it('gives up what no key opens only when it is told to', async () => {
    using folder = new TestFolder()
    await filled(folder)
    rmSync(keyOf(folder))
    const options = { dataDir: folder.path, env: {} }
    await expect(rotateStoreKey(options)).rejects.toMatchObject({ code: 'STORE_KEY_MISSING' })
    expect(existsSync(keyOf(folder))).toBe(false)
    expect((await rotateStoreKey({ ...options, forget: true })).forgotten).toHaveLength(1)
    expect(await logins(folder.path)).toEqual(['undefined:undefined'])
  })

  it('of a credential is the one that the operator put first', async () => {
    using folder = new TestFolder()
    const credentials = join(folder.path, 'credentials')
    mkdirSync(credentials)
    const env = { CREDENTIALS_DIRECTORY: credentials }
    const [old, next] = [newStoreKey(), newStoreKey()]
    const file = { path: join(credentials, 'store-key'), writable: true }
    writeKeys(file, [old])
    await filled(folder, env)
    writeKeys(file, [next, old])
    expect(await rotateStoreKey({ dataDir: folder.path, env })).toMatchObject({ keyId: next.id, resealed: 1 })
    writeKeys(file, [next])
    expect(await logins(folder.path, env)).toEqual(BOTH)
  })
})

describe('a backup', () => {
  it.each([
    ['with the key opens elsewhere', true],
    ['without it opens elsewhere once the key is put there', false],
  ])('%s', async (_, withKey) => {
    using folder = new TestFolder()
    await filled(folder)
    const file = join(folder.path, 'b.tar.gz')
    await backup({ dataDir: folder.path, file, now: 0, ...(withKey ? { keyFile: keyOf(folder) } : {}) })
    const dataDir = join(folder.path, 'other')
    await restoreBackup({ file, dataDir })
    if (!withKey) {
      await expect(logins(dataDir)).rejects.toMatchObject({ code: 'STORE_KEY_MISSING' })
      writeFileSync(join(dataDir, 'store-key'), readFileSync(keyOf(folder)), { mode: 0o600 })
    }
    expect(await logins(dataDir)).toEqual(BOTH)
  })
})
