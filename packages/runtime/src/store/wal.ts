import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const HEADER = 32
const FRAME_HEADER = 24

/**
 * Bytes at the end of a write-ahead log that belong to no whole commit: what a crash or a torn write cut off, and
 * what SQLite silently leaves out when it opens the database. 0 where there is no log.
 * Format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 */
export function discardedBytes(walFile: string): number {
  let fd: number
  try {
    fd = openSync(walFile, 'r')
  } catch {
    return 0
  }
  try {
    return scan(fd, fstatSync(fd).size)
  } finally {
    closeSync(fd)
  }
}

function scan(fd: number, size: number): number {
  const header = Buffer.alloc(HEADER)
  if (size === 0) return 0
  if (readSync(fd, header, 0, HEADER, 0) < HEADER) return size
  // Room that was set aside, and never used.
  if (header.every((byte) => byte === 0)) return 0
  const magic = header.readUInt32BE(0)
  const sum = new Checksum((magic & 1) === 1)
  sum.add(header, 0, 24)
  if ((magic & ~1) >>> 0 !== 0x377f0682 || !sum.equals(header, 24)) return size
  const frame = Buffer.alloc(FRAME_HEADER + header.readUInt32BE(8))
  let committed = HEADER
  for (let at = HEADER; at < size; at += frame.length) {
    const read = readSync(fd, frame, 0, frame.length, at)
    if (read >= 16 && frame.compare(header, 16, 24, 8, 16) !== 0) return at - committed
    if (read < frame.length) return size - committed
    sum.add(frame, 0, 8)
    sum.add(frame, FRAME_HEADER, frame.length)
    if (!sum.equals(frame, 16)) return endOfGeneration(fd, header, frame.length, at, size) - committed
    if (frame.readUInt32BE(4) !== 0) committed = at + frame.length
  }
  return size - committed
}

/** The log is used again from its start: what an earlier use left behind carries other salts, and is not ours. */
function endOfGeneration(fd: number, header: Buffer, frame: number, from: number, size: number): number {
  const salts = Buffer.alloc(8)
  for (let at = from; at < size; at += frame) {
    if (readSync(fd, salts, 0, 8, at + 8) === 8 && salts.compare(header, 16, 24) !== 0) return at
  }
  return size
}

/** SQLite's running checksum over 32-bit words. */
class Checksum {
  readonly #bigEndian: boolean
  #a = 0
  #b = 0

  constructor(bigEndian: boolean) {
    this.#bigEndian = bigEndian
  }

  add(bytes: Buffer, from: number, to: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const little = !this.#bigEndian
    let a = this.#a
    let b = this.#b
    for (let at = from; at < to; at += 8) {
      a = (a + view.getUint32(at, little) + b) | 0
      b = (b + view.getUint32(at + 4, little) + a) | 0
    }
    this.#a = a
    this.#b = b
  }

  equals(bytes: Buffer, at: number): boolean {
    return bytes.readUInt32BE(at) === this.#a >>> 0 && bytes.readUInt32BE(at + 4) === this.#b >>> 0
  }
}
