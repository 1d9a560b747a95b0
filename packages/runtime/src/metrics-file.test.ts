import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemoryMetricStore, MetricsAggregator } from '@refbot/analytics'
import { ManualClock } from '@refbot/analytics/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withMetricsFile } from './metrics-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'refbot metrics ü '))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const AT = Date.UTC(2026, 0, 1)
const HEAD = 'timestamp,name,labels,value'

function rig(file: () => string | undefined) {
  const errors: string[] = []
  const store = withMetricsFile(new MemoryMetricStore(), { file, onError: (path) => errors.push(path) })
  return { errors, analytics: new MetricsAggregator({ store, clock: new ManualClock(AT + 10) }) }
}
const lines = (file: string) => readFileSync(file, 'utf8').split('\r\n')

describe('the metrics file', () => {
  it('gets the samples of each flush, under one head line, for its owner alone', async () => {
    const file = join(folder, 'metrics.csv')
    const { analytics } = rig(() => file)
    analytics.record('run.duration', -1.5, { labels: { plugin: 'a,"b"' }, at: AT })
    await analytics.flush()
    analytics.record('a', 2, { labels: { plugin: '=1+1' }, at: AT })
    await analytics.flush()
    expect(lines(file)).toEqual([
      HEAD,
      '2026-01-01T00:00:00.000Z,run.duration,"{""plugin"":""a,\\""b\\""""}",-1.5',
      '2026-01-01T00:00:00.000Z,a,"{""plugin"":""=1+1""}",2',
      '',
    ])
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('goes on in a new file, head line included, when it was rotated', async () => {
    const file = join(folder, 'metrics.csv')
    const { analytics } = rig(() => file)
    analytics.record('a', 1, { at: AT })
    await analytics.flush()
    renameSync(file, `${file}.1`)
    analytics.record('a', 2, { at: AT + 1 })
    await analytics.flush()
    expect(lines(`${file}.1`)).toHaveLength(3)
    expect(lines(file)).toEqual([HEAD, '2026-01-01T00:00:00.001Z,a,{},2', ''])
  })

  it('that cannot be written to holds up no metric, is told once, and is taken up again', async () => {
    let file: string | undefined = join(folder, 'missing', 'metrics.csv')
    const { analytics, errors } = rig(() => file)
    for (const value of [1, 2]) {
      analytics.record('a', value, { at: AT + value })
      await analytics.flush()
    }
    expect(errors).toEqual([file])
    file = join(folder, 'metrics.csv')
    analytics.record('a', 3, { at: AT + 3 })
    await analytics.flush()
    expect(lines(file)).toHaveLength(3)
    let exported = ''
    for await (const piece of analytics.exportCsv()) exported += piece
    expect(exported.split('\r\n')).toHaveLength(5)
  })
})
