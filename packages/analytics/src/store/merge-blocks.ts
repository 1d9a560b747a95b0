import { decodeRollupBlock, encodeRollupBlock, joinRollupBytes } from '../rollup/rollup-block.ts'
import type { MetricBlock } from './metric-store.ts'
import { decodeRawBlock, encodeRawBlock } from './raw-block.ts'

/**
 * One block that holds what these hold, in the order of time; of the same time, in their order.
 * @param blocks Of one series and one tier, at least one, in the order in which a store gives them.
 * @throws AnalyticsError `METRIC_BLOCK_CORRUPT`
 */
export function mergeBlocks(blocks: readonly [MetricBlock, ...MetricBlock[]]): MetricBlock {
  const [{ tier }] = blocks
  return tier === 'raw' ? mergeSamples(blocks) : mergeRollups(tier, blocks)
}

function mergeSamples(blocks: readonly [MetricBlock, ...MetricBlock[]]): MetricBlock {
  const [{ name, labels }] = blocks
  const total = blocks.reduce((sum, { count }) => sum + count, 0)
  const times = new Float64Array(total)
  const values = new Float64Array(total)
  let at = 0
  for (const block of blocks) {
    const decoded = decodeRawBlock(block)
    times.set(decoded.times, at)
    values.set(decoded.values, at)
    at += block.count
  }
  if (inOrder(blocks)) return encodeRawBlock(name, labels, times, values)
  const order = Array.from(times.keys()).sort((a, b) => (times[a] as number) - (times[b] as number))
  const sorted = (of: Float64Array) => Float64Array.from(order, (i) => of[i] as number)
  return encodeRawBlock(name, labels, sorted(times), sorted(values))
}

function mergeRollups(tier: Exclude<MetricBlock['tier'], 'raw'>, blocks: readonly [MetricBlock, ...MetricBlock[]]) {
  const [{ name, labels, from }] = blocks
  if (inOrder(blocks)) {
    const count = blocks.reduce((sum, block) => sum + block.count, 0)
    const to = (blocks.at(-1) as MetricBlock).to
    return { tier, name, labels, from, to, count, data: joinRollupBytes(blocks) }
  }
  const points = blocks.flatMap(decodeRollupBlock).sort((a, b) => a.at - b.at)
  return encodeRollupBlock(tier, name, labels, points)
}

/** Whether each begins where the one before has ended. */
function inOrder(blocks: readonly MetricBlock[]): boolean {
  return blocks.every(({ from }, i) => i === 0 || from >= (blocks[i - 1] as MetricBlock).to)
}
