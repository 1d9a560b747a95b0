import { MetricsAggregator } from '@refbot/analytics'
import { describe, expect, it } from 'vitest'
import { toBatch } from '../host/metric-batch.ts'
import { Reasons, recordBatch } from './metrics.ts'

const sample = (name: string, value: number, labels = {}) => ({ name, value, labels, at: Date.now() })

describe("a plugin's samples", () => {
  it('are recorded as its own, whatever it says of that itself', () => {
    const analytics = new MetricsAggregator()
    const batch = toBatch([sample('a', 1, { plugin: 'other' }), sample('a', 2, { step: 'x' })])
    expect(recordBatch(analytics, 'shop', batch)).toEqual([])
    expect(analytics.window({ name: 'a', labels: { plugin: 'shop' } }, 60_000).sum).toBe(3)
  })

  it('that cannot be recorded keep none of the others out, and say why', () => {
    const analytics = new MetricsAggregator()
    analytics.define('only.up', { kind: 'counter' })
    const batch = toBatch([sample('not a name', 1), sample('only.up', -1), sample('only.up', 2), sample('a', 3)])
    const refused = recordBatch(analytics, 'shop', batch)
    expect(refused).toEqual([expect.stringContaining('"not a name"'), expect.stringContaining('cannot go down')])
    expect([analytics.window('a', 60_000).sum, analytics.window('only.up', 60_000).max]).toEqual([3, 2])
  })
})

describe('reasons of a refusal', () => {
  it('are told once each, and not without an end', () => {
    const reasons = new Reasons()
    expect([reasons.isNew('a'), reasons.isNew('a'), reasons.isNew('b')]).toEqual([true, false, true])
    const told = Array.from({ length: 10_000 }, (_, n) => reasons.isNew(`no name: ${n}`)).filter(Boolean)
    expect(told.length).toBeLessThanOrEqual(100)
  })
})
