import { createHash } from 'node:crypto'

/** Two 32-bit numbers for faker, from the batch's seed and the submission's index. */
export function seedOf(seed: string, index: number): readonly [number, number] {
  const digest = createHash('sha256').update(`${seed}\u0000${index}`).digest()
  return [digest.readUInt32BE(0), digest.readUInt32BE(4)]
}
