import { randomFillSync } from 'node:crypto'
import type { Clock } from './types.ts'

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const POOL_BYTES = 4096
/** rand_b of one id: the last 8 bytes. */
const RANDOM_BYTES = 8

/**
 * A source of UUIDv7 (RFC 9562, method 1: a 12-bit counter after the milliseconds). Each id is greater than the one
 * before, also within a millisecond and when the clock goes back.
 */
export function uuidV7(clock: Pick<Clock, 'now'>): () => string {
  const pool = new Uint8Array(POOL_BYTES)
  let used = POOL_BYTES
  let lastMs = -1
  let counter = 0
  let prefix = ''
  let prefixMs = -1
  const hex = (at: number): string => HEX[pool[at] ?? 0] ?? '00'

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
    const at = used
    used += RANDOM_BYTES
    if (prefixMs !== lastMs) {
      const time = lastMs.toString(16).padStart(12, '0')
      prefix = `${time.slice(0, 8)}-${time.slice(8)}-7`
      prefixMs = lastMs
    }
    const variant = HEX[((pool[at] ?? 0) & 0x3f) | 0x80] ?? '80'
    const count = counter.toString(16).padStart(3, '0')
    const tail = hex(at + 2) + hex(at + 3) + hex(at + 4) + hex(at + 5) + hex(at + 6) + hex(at + 7)
    return `${prefix}${count}-${variant}${hex(at + 1)}-${tail}`
  }
}
