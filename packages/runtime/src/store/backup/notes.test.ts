import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { backup } from '../index.ts'
import { TestFolder } from '../testing/folder.ts'
import { BackupNotes } from './notes.ts'

const NOW = Date.UTC(2026, 10, 30)
const made = (folder: TestFolder) => join(folder.path, 'backups', 'made')

/** A directory with a store, and how a backup of it is made. */
async function directory() {
  const folder = new TestFolder()
  const store = await folder.open()
  let number = 0
  const make = () => {
    number += 1
    return backup({ dataDir: folder.path, file: join(folder.path, `${number}.tar.gz`), now: NOW + number })
  }
  return {
    ...{ folder, store, make },
    async [Symbol.asyncDispose]() {
      await store.close()
      folder[Symbol.dispose]()
    },
  }
}

describe('that a backup was made', () => {
  it('is told at once, where somebody holds the store', async () => {
    await using it = await directory()
    const told = Promise.withResolvers<unknown>()
    await using _ = new BackupNotes(it.folder.path, async (note) => {
      await it.store.tell('store.backed_up', note)
      told.resolve(note)
    })
    const { file, bytes, files, lastEventId } = await it.make()
    expect(await told.promise).toEqual({ file, bytes, files, lastEventId, madeAt: NOW + 1 })
    expect(it.folder.events.map(({ type }) => type)).toEqual(['store.backed_up'])
  })

  it('is told by the next who holds it, once, and in its order', async () => {
    await using it = await directory()
    await it.make()
    await it.make()
    const told: number[] = []
    for (let life = 0; life < 2; life += 1) {
      await using _ = new BackupNotes(it.folder.path, async ({ madeAt }) => void told.push(madeAt - NOW))
    }
    expect(told).toEqual([1, 2])
    expect(readdirSync(made(it.folder))).toEqual([])
  })

  it('waits for a store that takes it', async () => {
    await using it = await directory()
    await it.make()
    const told: number[] = []
    {
      await using _ = new BackupNotes(it.folder.path, () => Promise.reject(new Error('disk full')))
    }
    await using notes = new BackupNotes(it.folder.path, async ({ madeAt }) => void told.push(madeAt - NOW))
    await notes[Symbol.asyncDispose]()
    expect(told).toEqual([1])
  })

  it('is nothing that somebody else put there', async () => {
    await using it = await directory()
    const told: unknown[] = []
    {
      await using _ = new BackupNotes(it.folder.path, async (note) => void told.push(note))
      writeFileSync(join(made(it.folder), 'x.json'), 'no note')
      writeFileSync(join(made(it.folder), 'README'), '')
    }
    await using notes = new BackupNotes(it.folder.path, async (note) => void told.push(note))
    await notes[Symbol.asyncDispose]()
    expect([told, readdirSync(made(it.folder))]).toEqual([[], ['README']])
  })
})
