import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { moments } from '../query/statistics.ts'
import { Rollup } from './rollup.ts'
import { decodeRollupBlock, encodeRollupBlock } from './rollup-block.ts'

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 })

function rollupOf(list: readonly number[], startAt = 0): Rollup {
  const rollup = new Rollup()
  rollup.addRun(
    Float64Array.from(list, (_, i) => startAt + i),
    Float64Array.from(list),
  )
  return rollup
}

describe('Rollup', () => {
  it('gives the same moments however the samples were cut and merged', () => {
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 8 }), (parts) => {
        const all = parts.flat()
        const merged = new Rollup()
        let at = 0
        for (const part of parts) {
          merged.merge(rollupOf(part, at))
          at += part.length
        }
        const exact = moments(Float64Array.from(all))
        const scale = Math.max(1, ...all.map(Math.abs))
        expect(merged.count).toBe(all.length)
        expect(Math.abs(merged.sum - exact.sum)).toBeLessThanOrEqual(1e-9 * scale * all.length)
        expect(Math.abs(merged.m2 - exact.m2)).toBeLessThanOrEqual(1e-9 * scale * scale * all.length)
        expect([merged.min, merged.max]).toEqual([exact.min, exact.max])
        expect([merged.first, merged.last]).toEqual([all[0], all.at(-1)])
        expect(Math.abs(merged.grown - rollupOf(all).grown)).toBeLessThanOrEqual(1e-9 * scale * all.length)
      }),
    )
  })

  it('counts a fall of a counter as a restart, inside and between rollups', () => {
    const merged = rollupOf([10, 15, 3], 0)
    merged.merge(rollupOf([1, 4], 10))
    expect(merged.grown).toBe(5 + 3 + 1 + 3)
  })

  it('comes back from its block unchanged', () => {
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 5 }), (parts) => {
        const points = parts.map((part, i) => ({ at: i * 60_000, rollup: rollupOf(part, i * 60_000) }))
        const block = encodeRollupBlock('1m', 'm', { a: 'b' }, points)
        const back = decodeRollupBlock(block)
        expect(back.map((p) => p.at)).toEqual(points.map((p) => p.at))
        expect(encodeRollupBlock('1m', 'm', { a: 'b' }, back)).toEqual(block)
        for (const [i, point] of back.entries()) {
          expect(point.rollup.quantile(0.9)).toBe(points[i]?.rollup.quantile(0.9))
        }
      }),
    )
  })

  it('refuses a block that was cut or changed', () => {
    const block = encodeRollupBlock('1h', 'm', {}, [{ at: 0, rollup: rollupOf([1, 2, 3]) }])
    const spoilt = [block.data.slice(0, -1), Uint8Array.of(...block.data, 0), Uint8Array.from(block.data, (b) => b ^ 1)]
    for (const data of spoilt) {
      expect(() => decodeRollupBlock({ ...block, data })).toThrow(
        expect.objectContaining({ code: 'METRIC_BLOCK_CORRUPT' }),
      )
    }
  })
})
