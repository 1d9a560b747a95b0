import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { backup, DataDirectory, restoreBackup } from '../index.ts'
import { id } from '../testing/contracts.ts'
import { TestFolder } from '../testing/folder.ts'
import { now, put, read, tree, whole } from '../testing/whole-run.ts'
import { finishSwap, READY, STAGING } from './swap.ts'

describe('restoring', () => {
  async function backedUp(folder: TestFolder): Promise<string> {
    using source = new TestFolder()
    await using store = await source.open()
    await whole(source, store, 1)
    const file = join(folder.path, 'b.tar.gz')
    await backup({ dataDir: source.path, file, now })
    return file
  }

  const damages: [string, (archive: Buffer) => Buffer][] = [
    ['is cut off', (archive) => archive.subarray(0, archive.length - 20)],
    ['is no archive', () => Buffer.from('hello')],
    ['is empty', () => Buffer.alloc(0)],
    ['has a flipped bit', (archive) => flipped(archive, telling(archive))],
    ['has a checksum of its own', (archive) => flipped(archive, archive.length - 6)],
    ['was packed again with another image', (archive) => repacked(archive, 'image 1', 'image 9')],
    ['was packed again with another list', (archive) => repacked(archive, '"bytes": 7', '"bytes": 8')],
    ['leads out of the directory', (archive) => renamed(archive, `logs/${id(1)}.ndjson`, `../../${id(1)}.ndj`)],
  ]
  it.each(damages)('refuses a backup that %s, and changes nothing', async (_, damage) => {
    using folder = new TestFolder()
    const file = await backedUp(folder)
    writeFileSync(file, damage(readFileSync(file)))
    const dataDir = join(folder.path, 'data')
    {
      using directory = DataDirectory.open(dataDir)
      writeFileSync(join(directory.path, 'refbot.db'), 'what was there')
    }
    const before = tree(dataDir)
    await expect(restoreBackup({ file, dataDir, replace: true })).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' })
    expect(tree(dataDir)).toEqual(before)
    expect(readFileSync(join(dataDir, 'refbot.db'), 'utf8')).toBe('what was there')
    expect(tree(folder.path).filter((name) => name.endsWith('.ndj'))).toEqual([])
  })

  it('refuses a directory that holds a database, unless that may be replaced', async () => {
    using folder = new TestFolder()
    const file = await backedUp(folder)
    using target = new TestFolder()
    {
      await using store = await target.open()
      await whole(target, store, 8)
    }
    await expect(restoreBackup({ file, dataDir: target.path })).rejects.toMatchObject({ code: 'RESTORE_NOT_EMPTY' })
    await restoreBackup({ file, dataDir: target.path, replace: true })
    await using store = await target.open()
    expect((await store.runs.list()).map((each) => each.id)).toEqual([id(1)])
    expect(tree(join(target.path, 'artifacts')).filter((name) => name.includes(id(8)))).toEqual([])
  })

  it('refuses a directory on which something runs, and a backup of a newer program', async () => {
    using folder = new TestFolder()
    const file = await backedUp(folder)
    const dataDir = join(folder.path, 'data')
    {
      using _ = DataDirectory.open(dataDir)
      await expect(restoreBackup({ file, dataDir })).rejects.toMatchObject({ code: 'DATA_DIR_LOCKED' })
    }
    await restoreBackup({ file, dataDir })
    {
      using db = new DatabaseSync(join(dataDir, 'refbot.db'))
      db.exec("INSERT INTO migration VALUES ('9999-x', '2030', '9.9.9')")
    }
    const newer = join(folder.path, 'newer.tar.gz')
    await backup({ dataDir, file: newer, now })
    const elsewhere = join(folder.path, 'elsewhere')
    await expect(restoreBackup({ file: newer, dataDir: elsewhere })).rejects.toMatchObject({
      code: 'STORE_NEWER',
      message: expect.stringContaining('9.9.9'),
    })
    expect(existsSync(join(elsewhere, 'refbot.db'))).toBe(false)
  })

  const steps = ['refbot.db-wal', 'refbot.db', 'artifacts', 'logs']
  it.each(steps.map((_, done) => done))('cut off after %i renames is completed by the next start', (done) => {
    using folder = new TestFolder()
    const state = (when: 'old' | 'new') => {
      for (const name of ['refbot.db', 'artifacts/1/a', 'logs/1']) {
        put(folder, when === 'new' ? `${READY}/new/${name}` : name, when)
      }
      if (when === 'old') put(folder, 'refbot.db-wal', 'old')
    }
    state('old')
    state('new')
    // As the swap itself does it, one after another.
    const order = steps.slice(0, done)
    for (const name of order) {
      const path = join(folder.path, READY)
      mkdirSync(join(path, 'old'), { recursive: true })
      move(join(folder.path, name), join(path, 'old', name))
      if (name !== 'refbot.db-wal') move(join(path, 'new', name), join(folder.path, name))
    }
    DataDirectory.open(folder.path)[Symbol.dispose]()
    expect(['refbot.db', 'artifacts/1/a', 'logs/1'].map((name) => read(folder, name))).toEqual(['new', 'new', 'new'])
    expect(['refbot.db-wal', READY].map((name) => existsSync(join(folder.path, name)))).toEqual([false, false])
  })

  it('cut off before it was whole is forgotten', () => {
    using folder = new TestFolder()
    put(folder, 'refbot.db', 'old')
    put(folder, `${STAGING}/new/refbot.db`, 'half')
    finishSwap(folder.path)
    expect(tree(folder.path)).toEqual(['refbot.db'])
    expect(read(folder, 'refbot.db')).toBe('old')
  })
})

function move(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  renameSync(from, to)
}

/** A place in the middle where a flipped bit makes a difference: between zeros, another distance copies the same. */
function telling(archive: Buffer): number {
  const whole = gunzipSync(archive)
  for (let at = archive.length >> 1; ; at += 1) {
    try {
      if (!gunzipSync(flipped(archive, at)).equals(whole)) return at
    } catch {
      return at
    }
  }
}

function flipped(archive: Buffer, at: number): Buffer {
  const copy = Buffer.from(archive)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

function repacked(archive: Buffer, from: string, to: string): Buffer {
  const tar = gunzipSync(archive)
  const at = tar.indexOf(from)
  expect(at).toBeGreaterThan(0)
  tar.write(to, at)
  return gzipSync(tar)
}

/** Another name in the header, with the header's checksum made right. */
function renamed(archive: Buffer, from: string, to: string): Buffer {
  const tar = gunzipSync(archive)
  const at = tar.indexOf(`${from}\0`)
  expect(at % 512).toBe(0)
  tar.fill(0, at, at + 100)
  tar.write(to, at)
  tar.fill(' ', at + 148, at + 156)
  const sum = tar.subarray(at, at + 512).reduce((total, byte) => total + byte, 0)
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148)
  return gzipSync(tar)
}
