import type { Labels } from '../series/labels.ts'
import type { MetricBlock, Tier } from '../store/metric-store.ts'
import { corruptBlock } from '../store/raw-block.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { Rollup } from './rollup.ts'
import type { QuantileSketch } from './sketch.ts'

const head = [0x52, 0x42, 1, 1]

/** A rollup and the beginning of its minute or hour, epoch ms. */
export interface TimedRollup {
  readonly at: number
  readonly rollup: Rollup
}

/** @param points Ascending in time, at least one. */
export function encodeRollupBlock(
  tier: Exclude<Tier, 'raw'>,
  name: string,
  labels: Labels,
  points: readonly TimedRollup[],
): MetricBlock {
  const out = new ByteWriter()
  for (const byte of head) out.byte(byte)
  for (const { at, rollup } of points) {
    const { sum, m2, min, max, first, firstAt, last, lastAt, grown, count, sketch } = rollup
    out.unsigned(count)
    for (const value of [at, sum, m2, min, max, first, firstAt, last, lastAt, grown]) out.float(value)
    writeSketch(out, sketch)
  }
  const [from, to] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 0]
  return { tier, name, labels, from, to, count: points.length, data: out.finish() }
}

/** @throws AnalyticsError `METRIC_BLOCK_CORRUPT` */
export function decodeRollupBlock(block: MetricBlock): TimedRollup[] {
  const { data } = block
  if (!head.every((byte, i) => data[i] === byte)) throw corruptBlock(block)
  const reader = new ByteReader(data, head.length)
  const points: TimedRollup[] = []
  try {
    for (let i = 0; i < block.count; i += 1) {
      const rollup = new Rollup()
      rollup.count = reader.unsigned()
      const at = reader.float()
      rollup.sum = reader.float()
      rollup.m2 = reader.float()
      rollup.min = reader.float()
      rollup.max = reader.float()
      rollup.first = reader.float()
      rollup.firstAt = reader.float()
      rollup.last = reader.float()
      rollup.lastAt = reader.float()
      rollup.grown = reader.float()
      readSketch(reader, rollup.sketch)
      if (rollup.sketch.count !== rollup.count) throw corruptBlock(block)
      points.push({ at, rollup })
    }
  } catch {
    throw corruptBlock(block)
  }
  if (!reader.atEnd) throw corruptBlock(block)
  return points
}

function writeSketch(out: ByteWriter, sketch: QuantileSketch): void {
  out.unsigned(sketch.level)
  out.unsigned(sketch.zeros)
  for (const bins of [sketch.positive, sketch.negative]) {
    const indices: number[] = []
    for (let i = bins.low; bins.total > 0 && i <= bins.high; i += 1) if (bins.countAt(i) > 0) indices.push(i)
    out.unsigned(indices.length)
    let before = 0
    for (const index of indices) {
      out.signed(index - before)
      out.unsigned(bins.countAt(index))
      before = index
    }
  }
}

function readSketch(reader: ByteReader, sketch: QuantileSketch): void {
  sketch.level = reader.unsigned()
  sketch.zeros = reader.unsigned()
  for (const bins of [sketch.positive, sketch.negative]) {
    let index = 0
    for (let left = reader.unsigned(); left > 0; left -= 1) {
      index += reader.signed()
      bins.add(index, reader.unsigned())
    }
  }
}
