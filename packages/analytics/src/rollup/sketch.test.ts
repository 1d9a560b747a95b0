import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { QuantileSketch, sketchError } from './sketch.ts'

/** The order statistics that a quantile lies between. */
function neighbours(values: readonly number[], q: number): [number, number] {
  const sorted = [...values].sort((a, b) => a - b)
  const rank = q * (sorted.length - 1)
  return [sorted[Math.floor(rank)] ?? Number.NaN, sorted[Math.ceil(rank)] ?? Number.NaN]
}

function expectInside(sketch: QuantileSketch, values: readonly number[], q: number): void {
  const [low, high] = neighbours(values, q)
  const rank = q * (values.length - 1)
  const exact = low + (rank - Math.floor(rank)) * (high - low)
  const allowed = sketch.error * Math.max(Math.abs(low), Math.abs(high)) * (1 + 1e-9) + 1e-300
  expect(Math.abs(sketch.quantile(q) - exact)).toBeLessThanOrEqual(allowed)
}

const sketchOf = (values: readonly number[]): QuantileSketch => {
  const sketch = new QuantileSketch()
  for (const value of values) sketch.add(value)
  return sketch
}

const measured = fc.oneof(
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.double({ min: 0.001, max: 100, noNaN: true }),
  fc.constantFrom(0, -0, 1, -1),
)
const quantiles = fc.double({ min: 0, max: 1, noNaN: true })

describe('QuantileSketch', () => {
  it('keeps every quantile inside its stated relative error, negative values included', () => {
    fc.assert(
      fc.property(fc.array(measured, { minLength: 1, maxLength: 300 }), quantiles, (values, q) => {
        expectInside(sketchOf(values), values, q)
      }),
    )
  })

  it('keeps it after merges, in whatever order', () => {
    fc.assert(
      fc.property(fc.array(fc.array(measured, { maxLength: 50 }), { minLength: 1 }), quantiles, (parts, q) => {
        const values = parts.flat()
        fc.pre(values.length > 0)
        const there = new QuantileSketch()
        for (const part of parts) there.merge(sketchOf(part))
        const back = new QuantileSketch()
        for (const part of parts.toReversed()) back.merge(sketchOf(part))
        expect(there.count).toBe(values.length)
        expectInside(there, values, q)
        expectInside(back, values, q)
      }),
    )
  })

  it('states a greater error, and keeps it, where values span more than its buckets', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -250, max: 250 }), fc.boolean()), { minLength: 2, maxLength: 100 }),
        quantiles,
        (exponents, q) => {
          const values = exponents.map(([exponent, negative]) => (negative ? -1 : 1) * 10 ** exponent)
          const halves = [values.slice(0, values.length / 2), values.slice(values.length / 2)].map(sketchOf)
          const sketch = halves[0] ?? new QuantileSketch()
          if (halves[1] !== undefined) sketch.merge(halves[1])
          expectInside(sketch, values, q)
        },
      ),
    )
    const wide = sketchOf([1e-250, 1e250])
    expect(wide.error).toBeGreaterThan(sketchError)
    expect(wide.positive.span).toBeLessThanOrEqual(1_024)
  })

  it('states 1 % for what people measure', () => {
    expect(sketchOf([0.5, 3, 70_000_000]).error).toBe(0.01)
    expect(new QuantileSketch().quantile(0.5)).toBeNaN()
  })
})
