import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTar, type TarEntry, writeTar } from './tar.ts'

interface File {
  readonly name: string
  readonly bytes: Uint8Array
}

async function* entries(files: readonly File[]): AsyncGenerator<TarEntry> {
  for (const { name, bytes } of files) {
    yield {
      name,
      size: bytes.length,
      chunks: (async function* () {
        yield bytes
      })(),
    }
  }
}

async function pack(files: readonly File[]): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of writeTar(entries(files), 1_800_000_000_000)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function unpack(archive: Buffer, chunkSize = 777): Promise<File[]> {
  async function* source() {
    for (let at = 0; at < archive.length; at += chunkSize) yield archive.subarray(at, at + chunkSize)
  }
  const files: File[] = []
  for await (const { name, size, chunks } of readTar(source())) {
    const parts: Uint8Array[] = []
    for await (const chunk of chunks) parts.push(chunk)
    files.push({ name, bytes: new Uint8Array(Buffer.concat(parts)) })
    expect(files.at(-1)?.bytes.length).toBe(size)
  }
  return files
}

const name = fc
  .array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.map((part) => part.replace(/[/\0]/g, '_')).join('/'))
const file = fc.record({ name, bytes: fc.uint8Array({ maxLength: 2000 }) })

describe('an archive', () => {
  it('gives back whatever was put into it, in its order, however it is cut into chunks', async () => {
    const law = fc.asyncProperty(
      fc.array(file, { maxLength: 5 }),
      fc.integer({ min: 1, max: 3000 }),
      async (files, size) => {
        expect(await unpack(await pack(files), size)).toEqual(files)
      },
    )
    await fc.assert(law, { numRuns: 100 })
  })

  it('is read by the system’s tar', async ({ skip }) => {
    if (spawnSync('tar', ['--version']).status !== 0) skip('no tar here')
    const folder = mkdtempSync(join(tmpdir(), 'refbot-tar-'))
    try {
      const long = `${'ä'.repeat(80)}/${'b'.repeat(120)}.png`
      const files = [
        { name: 'a.txt', bytes: new Uint8Array(Buffer.from('hello')) },
        { name: long, bytes: new Uint8Array(513).fill(7) },
        { name: 'empty', bytes: new Uint8Array() },
      ]
      writeFileSync(join(folder, 'archive.tar'), await pack(files))
      expect(spawnSync('tar', ['-xf', 'archive.tar'], { cwd: folder }).status).toBe(0)
      for (const { name: path, bytes } of files) expect(new Uint8Array(readFileSync(join(folder, path)))).toEqual(bytes)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('that ends early or whose header is damaged is refused', async () => {
    const archive = await pack([{ name: 'a', bytes: new Uint8Array(600) }])
    await expect(unpack(archive.subarray(0, 900))).rejects.toThrow('ends too early')
    archive[3] = 0xff
    await expect(unpack(archive)).rejects.toThrow('damaged')
  })

  it('refuses a file that gives another number of bytes than it said', async () => {
    async function* wrong(): AsyncGenerator<TarEntry> {
      yield {
        name: 'a',
        size: 5,
        chunks: (async function* () {
          yield new Uint8Array(4)
        })(),
      }
    }
    const all = async () => {
      for await (const _ of writeTar(wrong(), 0));
    }
    await expect(all()).rejects.toThrow('gave 4 bytes instead of 5')
  })
})
