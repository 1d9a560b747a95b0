import { AnalyticsError } from '../errors.ts'
import type { Labels } from '../series/labels.ts'
import type { MetricBlock } from './metric-store.ts'

// Layout, little-endian as every machine that Node runs on: 'R', 'B', version, kind, count (uint32), width of a value,
// width of a step, 6 bytes of nothing, first time (float64); then the values, from the next multiple of 8 on the steps
// from each time to the next. Both take the narrowest form that loses nothing.
const version = 1
const kindRaw = 0
const headBytes = 24

type Narrow = Int16Array | Float32Array | Float64Array
type Steps = Uint8Array | Uint16Array | Uint32Array | Float64Array

const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8

/** Views of `count` values and of the steps between them, in a block's bytes. */
function views(buffer: ArrayBuffer, start: number, count: number, widths: { value: number; step: number }) {
  const at = start + headBytes
  const values: Narrow =
    widths.value === 2
      ? new Int16Array(buffer, at, count)
      : widths.value === 4
        ? new Float32Array(buffer, at, count)
        : new Float64Array(buffer, at, count)
  const next = at + padded(count * widths.value)
  const steps: Steps =
    widths.step === 1
      ? new Uint8Array(buffer, next, count - 1)
      : widths.step === 2
        ? new Uint16Array(buffer, next, count - 1)
        : widths.step === 4
          ? new Uint32Array(buffer, next, count - 1)
          : new Float64Array(buffer, next, count - 1)
  return { values, steps }
}

const sizeOf = (count: number, widths: { value: number; step: number }): number =>
  headBytes + padded(count * widths.value) + (count - 1) * widths.step

function widthsFor(times: Float64Array, values: Float64Array): { value: number; step: number } {
  let value = 2
  for (let i = 0; i < values.length && value < 8; i += 1) {
    const each = values[i] as number
    if (value === 2 && (each << 16) >> 16 !== each) value = 4
    if (value === 4 && Math.fround(each) !== each) value = 8
  }
  let longest = 0
  for (let i = 1; i < times.length; i += 1) {
    const each = (times[i] as number) - (times[i - 1] as number)
    if (!Number.isInteger(each)) longest = Number.POSITIVE_INFINITY
    else if (each > longest) longest = each
  }
  const step = longest < 2 ** 8 ? 1 : longest < 2 ** 16 ? 2 : longest < 2 ** 32 ? 4 : 8
  return { value, step }
}

/** @param times Epoch ms, ascending. Both arrays have the same length, at least 1. */
export function encodeRawBlock(name: string, labels: Labels, times: Float64Array, values: Float64Array): MetricBlock {
  const count = times.length
  const widths = widthsFor(times, values)
  const buffer = new ArrayBuffer(sizeOf(count, widths))
  const data = new Uint8Array(buffer)
  const view = new DataView(buffer)
  data.set([0x52, 0x42, version, kindRaw])
  view.setUint32(4, count, true)
  data[8] = widths.value
  data[9] = widths.step
  const from = times[0] as number
  view.setFloat64(16, from, true)
  const into = views(buffer, 0, count, widths)
  into.values.set(values)
  for (let i = 1; i < count; i += 1) into.steps[i - 1] = (times[i] as number) - (times[i - 1] as number)
  return { tier: 'raw', name, labels, from, to: times[count - 1] as number, count, data }
}

/** @throws AnalyticsError `METRIC_BLOCK_CORRUPT` */
export function decodeRawBlock(block: MetricBlock): { times: Float64Array; values: Float64Array } {
  const { data, count } = block
  const sound =
    data.length >= headBytes && data[0] === 0x52 && data[1] === 0x42 && data[2] === version && data[3] === kindRaw
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const widths = { value: data[8] ?? 0, step: data[9] ?? 0 }
  const known = [2, 4, 8].includes(widths.value) && [1, 2, 4, 8].includes(widths.step)
  if (!sound || !known || view.getUint32(4, true) !== count || data.length !== sizeOf(count, widths)) {
    throw corruptBlock(block)
  }
  // A store may hand back a slice that is not aligned to 8 bytes.
  const aligned = data.byteOffset % 8 === 0 ? data : data.slice()
  const found = views(aligned.buffer as ArrayBuffer, aligned.byteOffset, count, widths)
  const times = new Float64Array(count)
  let at = view.getFloat64(16, true)
  times[0] = at
  for (let i = 1; i < count; i += 1) {
    at += found.steps[i - 1] as number
    times[i] = at
  }
  // Nothing that is handed out is written to, so that float64 values need no copy.
  const values = found.values instanceof Float64Array ? found.values : Float64Array.from(found.values)
  return { times, values }
}

export function corruptBlock(block: MetricBlock): AnalyticsError {
  return new AnalyticsError(
    'METRIC_BLOCK_CORRUPT',
    `A stored ${block.tier} block of ${block.name} (${new Date(block.from).toISOString()}) is not what was written.`,
    'Restore the store from a backup, or delete the block.',
  )
}
