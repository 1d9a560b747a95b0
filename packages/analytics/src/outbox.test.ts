import { describe, expect, it } from 'vitest'
import { Outbox } from './outbox.ts'
import type { MetricBlock, MetricStore } from './store/metric-store.ts'

const block = (from: number, count: number, tier: MetricBlock['tier'] = 'raw'): MetricBlock => ({
  tier,
  name: 'm',
  labels: {},
  from,
  to: from,
  count,
  data: new Uint8Array(),
})

/** A store of which each write waits until the test ends it. */
function setUp(limitBytes = 1e6) {
  const writes: { from: number[]; end: (error?: Error) => void }[] = []
  const store: MetricStore = {
    append: (blocks) =>
      new Promise((resolve, reject) => {
        writes.push({
          from: blocks.map(({ from }) => from),
          end: (error) => (error === undefined ? resolve() : reject(error)),
        })
      }),
    read: async function* () {},
    prune: async () => 0,
  }
  const lost: { samples: number; rollups: number }[] = []
  const recorded: MetricBlock[] = []
  const outbox = new Outbox({
    store,
    limitBytes,
    gather: () => outbox.add(recorded.splice(0)),
    onLoss: (loss) => lost.push(loss),
  })
  return { outbox, writes, recorded, lost }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('Outbox', () => {
  it('writes in one piece what was recorded until the write begins', async () => {
    const { outbox, writes, recorded } = setUp()
    recorded.push(block(1, 10), block(2, 5, '1m'))
    const flush = outbox.flush()
    recorded.push(block(3, 7))
    await settled()
    expect(writes.map(({ from }) => from)).toEqual([[1, 2, 3]])
    expect(outbox.samples).toBe(17)
    writes[0]?.end()
    await flush
    expect(outbox.samples).toBe(0)
  })

  it('lets all who flush during a write share the next one', async () => {
    const { outbox, writes, recorded } = setUp()
    recorded.push(block(1, 1))
    const first = outbox.flush()
    await settled()
    recorded.push(block(2, 1))
    const [second, third] = [outbox.flush(), outbox.flush()]
    await settled()
    expect(writes).toHaveLength(1)
    writes[0]?.end()
    await first
    await settled()
    writes[1]?.end()
    await Promise.all([second, third])
    expect(writes.map(({ from }) => from)).toEqual([[1], [2]])
  })

  it('keeps what the store did not take, in its order, before what came since', async () => {
    const { outbox, writes, recorded } = setUp()
    recorded.push(block(1, 3))
    const failing = outbox.flush()
    await settled()
    outbox.add([block(2, 4)])
    writes[0]?.end(new Error('disk full'))
    await expect(failing).rejects.toMatchObject({ code: 'METRIC_FLUSH_FAILED', cause: { message: 'disk full' } })
    expect(outbox.samples).toBe(7)
    const again = outbox.flush()
    await settled()
    expect(writes[1]?.from).toEqual([1, 2])
    writes[1]?.end()
    await again
  })

  it('lets the oldest samples go beyond its bytes, then the oldest rollups, counted', () => {
    // A block of no data takes 258 bytes here.
    const { outbox, lost } = setUp(4 * 258)
    outbox.add([block(1, 6), block(2, 6, '1m'), block(3, 6), block(4, 6)])
    expect(lost).toEqual([])
    outbox.add([block(5, 7)])
    expect(lost).toEqual([{ samples: 12, rollups: 0 }])
    expect(outbox.samples).toBe(13)
    outbox.add([block(6, 1, '1m'), block(7, 1, '1m'), block(8, 1, '1h')])
    expect(lost.slice(1)).toEqual([{ samples: 13, rollups: 6 }])
  })

  it('counts what a write under way holds, so that a store that hangs fills no memory', async () => {
    const { outbox, writes, recorded, lost } = setUp(4 * 258)
    recorded.push(block(1, 1), block(2, 1))
    const flush = outbox.flush()
    await settled()
    outbox.add([block(3, 1), block(4, 1)])
    expect(lost).toEqual([])
    outbox.add([block(5, 1)])
    expect(lost).toEqual([{ samples: 2, rollups: 0 }])
    writes[0]?.end()
    await flush
    expect(outbox.samples).toBe(1)
  })

  it('does not write nothing', async () => {
    const { outbox, writes } = setUp()
    await outbox.flush()
    expect(writes).toEqual([])
  })
})
