import type { Labels } from '../series/labels.ts'
import type { MetricBlock, Tier } from '../store/metric-store.ts'
import { corruptBlock } from '../store/raw-block.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { type Joined, Rollup } from './rollup.ts'
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
    // Its length stands before the sketch, so that a question that needs no quantile can step over it.
    const bytes = new ByteWriter()
    writeSketch(bytes, sketch)
    const written = bytes.finish()
    out.unsigned(written.length)
    out.bytes(written)
  }
  const [from, to] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 0]
  return { tier, name, labels, from, to, count: points.length, data: out.finish() }
}

/** The data of blocks of one tier, one behind the other, as the data of one block. */
export function joinRollupBytes(blocks: readonly MetricBlock[]): Uint8Array {
  const out = new ByteWriter()
  for (const byte of head) out.byte(byte)
  for (const block of blocks) {
    if (!isRollup(block.data)) throw corruptBlock(block)
    out.bytes(block.data.subarray(head.length))
  }
  return out.finish()
}

const isRollup = (data: Uint8Array): boolean => head.every((byte, i) => data[i] === byte)

/** What a stored rollup says without its sketch; the same object for each visit. */
type Flat = { -readonly [Key in keyof Joined]: number }

/**
 * Visits each rollup of a block without building it. `mergeSketch` adds the sketch of the visited rollup to another.
 * @throws AnalyticsError `METRIC_BLOCK_CORRUPT`
 */
export function visitRollups(
  block: MetricBlock,
  visit: (at: number, rollup: Joined, mergeSketch: (into: QuantileSketch) => void) => void,
): void {
  const { data } = block
  if (!isRollup(data)) throw corruptBlock(block)
  const reader = new ByteReader(data, head.length)
  const flat: Flat = { count: 0, sum: 0, m2: 0, min: 0, max: 0, first: 0, firstAt: 0, last: 0, lastAt: 0, grown: 0 }
  let sketchAt = 0
  const mergeSketch = (into: QuantileSketch): void => {
    const found = readSketch(new ByteReader(data, sketchAt), into)
    if (found !== flat.count) throw corruptBlock(block)
  }
  try {
    for (let i = 0; i < block.count; i += 1) {
      flat.count = reader.unsigned()
      const at = reader.float()
      flat.sum = reader.float()
      flat.m2 = reader.float()
      flat.min = reader.float()
      flat.max = reader.float()
      flat.first = reader.float()
      flat.firstAt = reader.float()
      flat.last = reader.float()
      flat.lastAt = reader.float()
      flat.grown = reader.float()
      const length = reader.unsigned()
      sketchAt = reader.at
      reader.skip(length)
      visit(at, flat, mergeSketch)
    }
  } catch (error) {
    if (error instanceof RangeError) throw corruptBlock(block)
    throw error
  }
  if (reader.at !== data.length) throw corruptBlock(block)
}

/** @throws AnalyticsError `METRIC_BLOCK_CORRUPT` */
export function decodeRollupBlock(block: MetricBlock): TimedRollup[] {
  const points: TimedRollup[] = []
  visitRollups(block, (at, flat, mergeSketch) => {
    const rollup = new Rollup()
    rollup.join(flat)
    mergeSketch(rollup.sketch)
    points.push({ at, rollup })
  })
  return points
}

function writeSketch(out: ByteWriter, sketch: QuantileSketch): void {
  out.unsigned(sketch.level)
  out.unsigned(sketch.zeros)
  for (const bins of [sketch.positive, sketch.negative]) {
    // Runs of neighbouring buckets: how far each begins from the end of the one before, its length, its counts.
    const runs: { from: number; to: number }[] = []
    for (let i = bins.low; bins.total > 0 && i <= bins.high; i += 1) {
      if (bins.countAt(i) === 0) continue
      const last = runs.at(-1)
      if (last?.to === i) last.to += 1
      else runs.push({ from: i, to: i + 1 })
    }
    out.unsigned(runs.length)
    let before = 0
    for (const { from, to } of runs) {
      out.signed(from - before)
      out.unsigned(to - from)
      for (let i = from; i < to; i += 1) out.unsigned(bins.countAt(i))
      before = to
    }
  }
}

/** Adds a written sketch to another; returns how many values it stood for. */
function readSketch(reader: ByteReader, into: QuantileSketch): number {
  const level = reader.unsigned()
  const zeros = reader.unsigned()
  into.coarsen(level)
  into.add(0, zeros)
  let total = zeros
  for (const sign of ['positive', 'negative'] as const) {
    let index = 0
    for (let runs = reader.unsigned(); runs > 0; runs -= 1) {
      index += reader.signed()
      const end = index + reader.unsigned()
      for (; index < end; index += 1) {
        const count = reader.unsigned()
        total += count
        into.addBucket(sign, index, level, count)
      }
    }
  }
  into.bound()
  return total
}
