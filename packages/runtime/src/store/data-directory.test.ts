import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import { DataDirectory } from './data-directory.ts'
import { TestFolder } from './testing/folder.ts'

/** Opens the directory in another process, which then says `held` or the code of its error, and waits for a line. */
function contender(path: string) {
  const script = `
    const { DataDirectory } = await import(${JSON.stringify(import.meta.resolve('./data-directory.ts'))})
    try { globalThis.held = DataDirectory.open(${JSON.stringify(path)}); console.log('held') }
    catch (error) { console.log(error.code) }
    process.stdin.once('data', () => process.exit())
  `
  const child = spawn(process.execPath, ['--conditions=@refbot/source', '--input-type=module', '--eval', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const said = once(createInterface({ input: child.stdout }), 'line').then(([line]) => String(line))
  return {
    said,
    async end(signal?: NodeJS.Signals) {
      const exit = once(child, 'exit')
      if (signal === undefined) child.stdin.write('\n')
      else child.kill(signal)
      await exit
    },
  }
}

const locked = expect.objectContaining({ code: 'DATA_DIR_LOCKED' })

describe('a data directory', () => {
  it('is made where it is not there, for its owner alone', () => {
    using folder = new TestFolder()
    const path = join(folder.path, 'a folder', 'für refbot')
    using directory = DataDirectory.open(path)
    expect(statSync(path).mode & 0o777).toBe(0o700)
    for (const file of ['lock', 'lock.db']) expect(statSync(join(path, file)).mode & 0o777).toBe(0o600)
    expect(directory.databaseFile).toBe(join(path, 'refbot.db'))
  })

  it('is no file', () => {
    using folder = new TestFolder()
    const path = join(folder.path, 'file')
    writeFileSync(path, '')
    expect(() => DataDirectory.open(path)).toThrow(expect.objectContaining({ code: 'DATA_DIR_UNUSABLE' }))
    expect(readFileSync(path, 'utf8')).toBe('')
  })

  it('is held by one at a time, in one process too', () => {
    using folder = new TestFolder()
    {
      using _ = DataDirectory.open(folder.path)
      expect(() => DataDirectory.open(folder.path)).toThrow(locked)
      expect(existsSync(join(folder.path, 'lock'))).toBe(true)
    }
    DataDirectory.open(folder.path)[Symbol.dispose]()
    expect(existsSync(join(folder.path, 'lock'))).toBe(false)
  })

  it('is held by exactly one of several that start at once beside a stale lock', async () => {
    using folder = new TestFolder()
    writeFileSync(join(folder.path, 'lock'), JSON.stringify({ pid: process.pid, startedAt: 'another life' }))
    const contenders = Array.from({ length: 4 }, () => contender(folder.path))
    const said = await Promise.all(contenders.map((each) => each.said))
    expect(said.toSorted()).toEqual(['DATA_DIR_LOCKED', 'DATA_DIR_LOCKED', 'DATA_DIR_LOCKED', 'held'])
    await Promise.all(contenders.map((each) => each.end()))
  })

  it('names who holds it, and is free once that was killed', async () => {
    using folder = new TestFolder()
    const holder = contender(folder.path)
    expect(await holder.said).toBe('held')
    expect(() => DataDirectory.open(folder.path)).toThrow(/Process \d+ already works/)
    await holder.end('SIGKILL')
    using _ = DataDirectory.open(folder.path)
  })

  it('is held although the file that says by whom is gone', () => {
    using folder = new TestFolder()
    using _ = DataDirectory.open(folder.path)
    writeFileSync(join(folder.path, 'lock'), 'scribble')
    expect(() => DataDirectory.open(folder.path)).toThrow(locked)
  })
})
