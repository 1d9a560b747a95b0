import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rotateStoreKey } from './rotate-key.ts'
import { findKeyFile, Store, Vault } from './store/index.ts'
import { TestFolder } from './store/testing/folder.ts'
import { StoredProxies } from './stored-proxies.ts'

/** So many that it takes a while to seal them anew. */
const COUNT = 300
const PASSWORDS = Array.from({ length: COUNT }, (_, i) => `pässword ${i}`)

async function stored(dataDir: string): Promise<{ store: Store; proxies: StoredProxies }> {
  const store = await Store.open({ file: join(dataDir, 'refbot.db'), now: Date.now, reserveBytes: 0 })
  const vault = new Vault(findKeyFile(dataDir, {}))
  return { store, proxies: await StoredProxies.open({ store, vault, idKey: 'id' }) }
}

/** As a start opens them. */
async function passwords(dataDir: string): Promise<readonly (string | undefined)[]> {
  const { store, proxies } = await stored(dataDir)
  await store.close()
  return proxies.all().map(({ password }) => password)
}

const keys = (dataDir: string) => readFileSync(join(dataDir, 'store-key'), 'utf8').trim().split('\n').length

/** The signal that ended it. */
async function rotateUntil(point: string, dataDir: string): Promise<string | null> {
  const script = join(import.meta.dirname, 'fixtures', 'killed-while-rotating.ts')
  const child = spawn(process.execPath, ['--conditions=@refbot/source', script, dataDir, point], { stdio: 'inherit' })
  const [, signal] = await once(child, 'exit')
  return signal
}

const sealed = new TestFolder()
beforeAll(async () => {
  const { store, proxies } = await stored(sealed.path)
  await proxies.add(
    PASSWORDS.map((password, i) => ({ id: `${i}`.padStart(3, '0'), host: 'a.test', port: 1, username: 'u', password })),
  )
  await store.close()
})
afterAll(() => sealed[Symbol.dispose]())

/** The new key beside the old one, then alone: written and renamed each time. */
const KEY_STEPS = 4
const points = [
  ...Array.from({ length: KEY_STEPS }, (_, i) => `key ${i + 1}`),
  ...[0, 5, 20].map((ms) => `reseal ${ms}`),
]

describe('a change of the key that is killed', { timeout: 60_000 }, () => {
  it.each(points)('at %s leaves every secret to be opened, and is completed by the next one', async (point) => {
    using folder = new TestFolder()
    cpSync(sealed.path, folder.path, { recursive: true })
    expect(await rotateUntil(point, folder.path)).toBe('SIGKILL')
    expect(await passwords(folder.path)).toEqual(PASSWORDS)
    const { resealed, forgotten } = await rotateStoreKey({ dataDir: folder.path, env: {} })
    expect([resealed, forgotten, keys(folder.path)]).toEqual([COUNT, [], 1])
    expect(await passwords(folder.path)).toEqual(PASSWORDS)
  })

  it('could have been killed at no other step of its file', async () => {
    using folder = new TestFolder()
    cpSync(sealed.path, folder.path, { recursive: true })
    expect(await rotateUntil(`key ${KEY_STEPS + 1}`, folder.path)).toBe(null)
    expect([await passwords(folder.path), keys(folder.path)]).toEqual([PASSWORDS, 1])
  })
})
