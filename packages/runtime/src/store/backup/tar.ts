/** A file of an archive, as a stream of its bytes. */
export interface TarEntry {
  /** Path with `/`, relative. */
  readonly name: string
  /** Bytes that `chunks` will give, no more and no less. */
  readonly size: number
  readonly chunks: AsyncIterable<Uint8Array>
}

const BLOCK = 512
/** What 11 octal digits hold. */
const MAX_USTAR_SIZE = 0o77777777777

/** POSIX ustar, with a pax header where a name or a size does not fit: any `tar` reads it. */
export async function* writeTar(entries: AsyncIterable<TarEntry>, modifiedAt: number): AsyncGenerator<Uint8Array> {
  for await (const entry of entries) {
    const name = Buffer.from(entry.name)
    if (name.length > 100 || name.length !== entry.name.length || entry.size > MAX_USTAR_SIZE) {
      const records = Buffer.concat([paxRecord('path', entry.name), paxRecord('size', String(entry.size))])
      yield header('pax', records.length, 'x', modifiedAt)
      yield padded(records)
    }
    yield header(entry.name, entry.size > MAX_USTAR_SIZE ? 0 : entry.size, '0', modifiedAt)
    let written = 0
    for await (const chunk of entry.chunks) {
      written += chunk.length
      yield chunk
    }
    if (written !== entry.size) throw new Error(`${entry.name} gave ${written} bytes instead of ${entry.size}.`)
    yield Buffer.alloc(padding(entry.size))
  }
  yield Buffer.alloc(2 * BLOCK)
}

/** The files of an archive in their order; each must be read to its end before the next is asked for. */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const reader = new Reader(source)
  let pax: { path?: string; size?: number } = {}
  while (true) {
    const block = await reader.exactly(BLOCK)
    // To the very end, or whoever unpacks never gets to the checksum of the whole.
    if (block.every((byte) => byte === 0)) return reader.rest()
    const { name, size, type } = parseHeader(block)
    if (type === 'x') {
      pax = parsePax(await reader.exactly(size))
      await reader.exactly(padding(size))
      continue
    }
    const bytes = pax.size ?? size
    if (type === '0') yield { name: pax.path ?? name, size: bytes, chunks: reader.upTo(bytes) }
    else await drain(reader.upTo(bytes))
    await reader.exactly(padding(bytes))
    pax = {}
  }
}

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of chunks) {
    // Read on.
  }
}

function header(name: string, size: number, type: '0' | 'x', modifiedAt: number): Buffer {
  const block = Buffer.alloc(BLOCK)
  block.write(name, 0, 100)
  block.write('0000600\0', 100)
  block.write('0000000\0', 108)
  block.write('0000000\0', 116)
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
  const seconds = Math.max(0, Math.trunc(modifiedAt / 1000))
  block.write(`${seconds.toString(8).padStart(11, '0')}\0`, 136)
  block.write('        ', 148)
  block.write(type, 156)
  block.write('ustar\x0000', 257)
  block.write(`${checksum(block).toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

function parseHeader(block: Buffer): { name: string; size: number; type: string } {
  const stored = Number.parseInt(text(block, 148, 8), 8)
  const copy = Buffer.from(block)
  copy.fill(' ', 148, 156)
  if (checksum(copy) !== stored) throw new Error('A header of the archive is damaged.')
  const prefix = text(block, 345, 155)
  const name = text(block, 0, 100)
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size: Number.parseInt(text(block, 124, 12), 8),
    type: text(block, 156, 1) || '0',
  }
}

function text(block: Buffer, from: number, length: number): string {
  const field = block.subarray(from, from + length)
  const end = field.indexOf(0)
  return field.subarray(0, end === -1 ? length : end).toString()
}

function checksum(block: Buffer): number {
  return block.reduce((sum, byte) => sum + byte, 0)
}

/** `LENGTH key=value\n`, where the length counts itself. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`)
  let length = rest.length + String(rest.length).length
  if (String(length).length > String(rest.length).length) length += 1
  return Buffer.concat([Buffer.from(String(length)), rest])
}

function parsePax(records: Buffer): { path?: string; size?: number } {
  const found: { path?: string; size?: number } = {}
  for (let at = 0; at < records.length; ) {
    const length = Number.parseInt(records.subarray(at, records.indexOf(0x20, at)).toString(), 10)
    if (!(length > 0)) throw new Error('A header of the archive is damaged.')
    const record = records.subarray(at, at + length - 1).toString()
    const [key, value] = [
      record.slice(record.indexOf(' ') + 1, record.indexOf('=')),
      record.slice(record.indexOf('=') + 1),
    ]
    if (key === 'path') found.path = value
    if (key === 'size') found.size = Number(value)
    at += length
  }
  return found
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(padding(bytes.length))])
}

/** Cuts a stream of chunks of any size. */
class Reader {
  readonly #source: AsyncIterator<Uint8Array>
  #chunk: Buffer = Buffer.alloc(0)

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  async exactly(length: number): Promise<Buffer> {
    const parts: Buffer[] = []
    for await (const chunk of this.upTo(length)) parts.push(chunk)
    return Buffer.concat(parts)
  }

  async *upTo(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0; ) {
      if (this.#chunk.length === 0) await this.#next()
      const taken = this.#chunk.subarray(0, left)
      this.#chunk = this.#chunk.subarray(taken.length)
      left -= taken.length
      yield taken
    }
  }

  /** What is left, for its own checks; nothing of it is used. */
  async rest(): Promise<void> {
    while ((await this.#source.next()).done !== true);
  }

  async #next(): Promise<void> {
    const { done, value } = await this.#source.next()
    if (done === true) throw new Error('The archive ends too early.')
    this.#chunk = Buffer.from(value.buffer, value.byteOffset, value.length)
  }
}
