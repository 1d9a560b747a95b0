import { AnalyticsError } from '../errors.ts'
import type { Labels } from '../series/labels.ts'
import type { MetricBlock } from './metric-store.ts'

// Layout, little-endian: 8 bytes of head ('R', 'B', version, kind, count as uint32), then the times, then the values
// as float64. Every machine that Node runs on is little-endian, so the arrays are the bytes.
const version = 1
const kindRaw = 0
const headBytes = 8

/** The bytes of a block of `count` samples, and the two arrays in them that are still to be filled. */
export function emptyRawBlock(count: number): { data: Uint8Array; times: Float64Array; values: Float64Array } {
  const buffer = new ArrayBuffer(headBytes + count * 16)
  const data = new Uint8Array(buffer)
  data[0] = 0x52
  data[1] = 0x42
  data[2] = version
  data[3] = kindRaw
  new DataView(buffer).setUint32(4, count, true)
  const times = new Float64Array(buffer, headBytes, count)
  return { data, times, values: new Float64Array(buffer, headBytes + count * 8, count) }
}

/** @param times Epoch ms, ascending. Both arrays have the same length, at least 1. */
export function encodeRawBlock(name: string, labels: Labels, times: Float64Array, values: Float64Array): MetricBlock {
  const count = times.length
  const block = emptyRawBlock(count)
  block.times.set(times)
  block.values.set(values)
  return rawBlock(name, labels, block.times, block.data)
}

/** A filled block. @param times Those of `emptyRawBlock`, ascending by now. */
export function rawBlock(name: string, labels: Labels, times: Float64Array, data: Uint8Array): MetricBlock {
  const count = times.length
  return { tier: 'raw', name, labels, from: times[0] as number, to: times[count - 1] as number, count, data }
}

/** @throws AnalyticsError `METRIC_BLOCK_CORRUPT` */
export function decodeRawBlock(block: MetricBlock): { times: Float64Array; values: Float64Array } {
  const { data } = block
  const sound =
    data.length >= headBytes && data[0] === 0x52 && data[1] === 0x42 && data[2] === version && data[3] === kindRaw
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const count = sound ? view.getUint32(4, true) : 0
  if (!sound || count !== block.count || data.length !== headBytes + count * 16) throw corruptBlock(block)
  // A store may hand back a slice that is not aligned to 8 bytes; then the floats need a buffer of their own.
  const aligned = data.byteOffset % 8 === 0 ? data : data.slice()
  const start = aligned.byteOffset + headBytes
  return {
    times: new Float64Array(aligned.buffer as ArrayBuffer, start, count),
    values: new Float64Array(aligned.buffer as ArrayBuffer, start + count * 8, count),
  }
}

export function corruptBlock(block: MetricBlock): AnalyticsError {
  return new AnalyticsError(
    'METRIC_BLOCK_CORRUPT',
    `A stored ${block.tier} block of ${block.name} (${new Date(block.from).toISOString()}) is not what was written.`,
    'Restore the store from a backup, or delete the block.',
  )
}
