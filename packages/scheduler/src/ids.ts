import { randomFillSync } from 'node:crypto'
import type { Clock } from './types.ts'

const POOL_BYTES = 4096
/** rand_b of one id: the last 8 bytes. */
const RANDOM_BYTES = 8
/** Where rand_b stands: its first digit holds the variant, and a dash follows the fourth. */
const RAND_B = 19
const LAST_DASH = 23
const DIGITS = Buffer.from('0123456789abcdef')

/**
 * A source of UUIDv7 (RFC 9562, method 1: a 12-bit counter after the milliseconds). Each id is greater than the one
 * before, also within a millisecond and when the clock goes back.
 */
export function uuidV7(clock: Pick<Clock, 'now'>): () => string {
  const pool = new Uint8Array(POOL_BYTES)
  // Written in place and read as a whole: a text that is put together from parts costs four times as much as a key.
  const text = Buffer.from('00000000-0000-7000-8000-000000000000')
  let used = POOL_BYTES
  let lastMs = -1
  let writtenMs = -1
  let counter = 0

  const digit = (at: number, value: number): void => {
    text[at] = DIGITS[value & 0xf] ?? 0
  }

  return () => {
    const now = Math.max(0, Math.floor(clock.now()))
    if (now > lastMs) {
      lastMs = now
      counter = 0
    } else if (++counter > 0xfff) {
      lastMs++
      counter = 0
    }
    if (used + RANDOM_BYTES > POOL_BYTES) {
      randomFillSync(pool)
      used = 0
    }
    if (writtenMs !== lastMs) {
      const time = lastMs.toString(16).padStart(12, '0')
      text.write(`${time.slice(0, 8)}-${time.slice(8)}`, 'latin1')
      writtenMs = lastMs
    }
    digit(15, counter >> 8)
    digit(16, counter >> 4)
    digit(17, counter)
    let at = RAND_B
    for (let n = 0; n < RANDOM_BYTES; n++) {
      const byte = pool[used++] ?? 0
      digit(at++, n === 0 ? ((byte >> 4) & 0x3) | 0x8 : byte >> 4)
      digit(at++, byte)
      if (at === LAST_DASH) at++
    }
    return text.toString('latin1')
  }
}
