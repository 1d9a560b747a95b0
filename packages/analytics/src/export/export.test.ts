import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryMetricStore, MetricsAggregator } from '../index.ts'
import { ManualClock } from '../testing/index.ts'
import { parseCsv } from './csv-parser.ts'
import { lttb } from './lttb.ts'

const collect = async <Piece>(pieces: AsyncIterable<Piece>): Promise<Piece[]> => {
  const found: Piece[] = []
  for await (const piece of pieces) found.push(piece)
  return found
}

const formats = ['csv', 'json', 'ndjson'] as const

function exporter(metrics: MetricsAggregator, format: (typeof formats)[number]): AsyncGenerator<string> {
  return { csv: () => metrics.exportCsv(), json: () => metrics.exportJson(), ndjson: () => metrics.exportNdjson() }[
    format
  ]()
}

const awkward = fc.oneof(
  fc.string({ maxLength: 6, unit: 'binary' }),
  fc.constantFrom('"', '\r\n', ',', '=1+1', "'=x", '@', '', '\t'),
)
const sample = fc.record({
  name: fc.constantFrom('a', 'a.b', 'z'),
  labels: fc.dictionary(fc.constantFrom('k', 'l'), awkward, { maxKeys: 2 }),
  value: fc.double({ min: -1e140, max: 1e140, noNaN: true }),
  back: fc.nat(100_000),
})

describe.each(formats)('an export as %s', (format) => {
  it('gives the same series back when it is imported, cut into pieces anywhere', async () => {
    const rounds = fc.asyncProperty(
      fc.array(sample, { maxLength: 30 }),
      fc.integer({ min: 1, max: 40 }),
      async (samples, cut) => {
        const clock = new ManualClock()
        const from = new MetricsAggregator({ clock })
        for (const { name, labels, value, back } of samples)
          from.record(name, value, { labels, at: clock.now() - back })
        const text = (await collect(exporter(from, format))).join('')
        const pieces: string[] = []
        for (let i = 0; i < text.length; i += cut) pieces.push(text.slice(i, i + cut))
        const to = new MetricsAggregator({ clock })
        expect(await to.import(format, pieces)).toBe(samples.length)
        expect((await collect(exporter(to, format))).join('')).toBe(text)
        const until = clock.now() + 1
        for (const resolution of ['raw', '1m'] as const) {
          const query = { metric: 'a', since: 0, until, aggregate: 'count', groupBy: ['k'], resolution } as const
          expect(await to.query(query)).toEqual(await from.query(query))
        }
      },
    )
    await fc.assert(rounds, { numRuns: 50 })
  })

  it('streams: no piece holds more than a block', async () => {
    const store = new MemoryMetricStore()
    const metrics = new MetricsAggregator({ clock: new ManualClock(), store, flushSamples: 1e9 })
    for (let round = 0; round < 50; round += 1) {
      for (let i = 0; i < 100; i += 1) metrics.record('m', i)
      await metrics.flush()
    }
    const sizes = (await collect(exporter(metrics, format))).map((piece) => piece.length)
    expect(sizes.length).toBeGreaterThanOrEqual(50)
    expect(Math.max(...sizes)).toBeLessThan(10_000)
  })

  it('refuses what is not its own, and says where', async () => {
    const bad = {
      csv: [
        'a,b\r\n1,2\r\n',
        'timestamp,name,labels,value\r\nyesterday,m,{},1\r\n',
        'timestamp,name,labels,value\r\n2026-01-01T00:00:00Z,m,{},\r\n',
      ],
      json: [
        '{',
        '[]',
        '{"version":2,"series":[]}',
        '{"version":1,"series":[{"name":"m","labels":{},"points":[[1]]}]}',
      ],
      ndjson: ['{"at":1}\n', 'x\n', '{"at":1,"name":"m","labels":{},"value":"1"}\n'],
    }[format]
    const metrics = new MetricsAggregator()
    for (const text of bad) {
      await expect(metrics.import(format, [text])).rejects.toMatchObject({ code: 'METRIC_IMPORT_INVALID' })
    }
    const endless = {
      csv: 'timestamp,name,labels,value\r\n"',
      json: '{"version":1,"series":[{"name":"',
      ndjson: '{"name":"',
    }[format]
    const block = 'x'.repeat(2 ** 23)
    await expect(metrics.import(format, [endless, ...new Array<string>(9).fill(block)])).rejects.toMatchObject({
      code: 'METRIC_IMPORT_INVALID',
      message: expect.stringContaining('more than 67108864 characters'),
    })
    const late = `{"at":${Date.now() + 1e9},"name":"m","labels":{},"value":1}\n`
    await expect(metrics.import('ndjson', [late])).rejects.toMatchObject({ code: 'METRIC_IMPORT_INVALID' })
    expect(await metrics.query({ metric: 'm', since: 0, until: Date.now() })).toEqual([])
  })
})

describe('an import', () => {
  it('rolls up what has no room in memory by itself, and not with the samples of the overflow series', async () => {
    const clock = new ManualClock()
    const metrics = new MetricsAggregator({ clock, limits: { series: 2 } })
    for (const k of ['1', '2', 'shared']) metrics.record('m', 1, { labels: { k } })
    const at = clock.now()
    const lines = ['3', '4'].map((k) => `${JSON.stringify({ at, name: 'm', labels: { k }, value: 7 })}\n`)
    await metrics.import('ndjson', lines)
    expect(metrics.stats()).toMatchObject({ series: 3, overflowed: 1 })
    clock.advance(600_000)
    const query = { metric: 'm', since: at, until: clock.now(), aggregate: 'sum', groupBy: ['k', 'overflow'] } as const
    const raw = await metrics.query({ ...query, resolution: 'raw' })
    const rolledUp = await metrics.query({ ...query, resolution: '1m' })
    const sums = (found: typeof raw) => found.map(({ labels, points }) => [labels.k, labels.overflow, points[0]?.value])
    expect(new Set(sums(rolledUp))).toEqual(new Set(sums(raw)))
    expect(sums(raw)).toContainEqual(['', 'true', 1])
  })
})

describe('parseCsv', () => {
  it('reads every field that RFC 4180 can write, in pieces of any length', async () => {
    const field = fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom('"', ',', '\r\n', '\n', 'a"b'))
    const records = fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(records, fc.integer({ min: 1, max: 9 }), async (rows, cut) => {
        const text = rows.map((row) => `${row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\r\n`).join('')
        const pieces: string[] = []
        for (let i = 0; i < text.length; i += cut) pieces.push(text.slice(i, i + cut))
        expect(await collect(parseCsv(pieces))).toEqual(rows)
      }),
    )
    expect(await collect(parseCsv(['"a\r"\n', '"b"\r', '\nc\r\n\n,']))).toEqual([['a\r'], ['b'], ['c'], [''], ['', '']])
    expect(await collect(parseCsv(['a,"b"\nc,d']))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
  })
})

describe('lttb', () => {
  const line = fc
    .array(fc.integer({ min: -100, max: 100 }), { minLength: 3, maxLength: 200 })
    .map((values) => values.map((value, at) => ({ at, value })))

  it('keeps both ends, the order, and as many points as asked', () => {
    fc.assert(
      fc.property(line, fc.integer({ min: 2, max: 50 }), (points, count) => {
        const kept = lttb(points, count)
        expect(kept).toHaveLength(Math.min(points.length, count))
        expect([kept[0], kept.at(-1)]).toEqual([points[0], points.at(-1)])
        expect(kept.every((point, i) => i === 0 || point.at > (kept[i - 1]?.at ?? 0))).toBe(true)
      }),
    )
  })

  it('keeps the one spike', () => {
    const points = Array.from({ length: 1_000 }, (_, at) => ({ at, value: at === 617 ? 50 : 0 }))
    expect(lttb(points, 20).some(({ value }) => value === 50)).toBe(true)
    for (const count of [1, 2.5, Number.NaN]) {
      expect(() => lttb(points, count)).toThrow(expect.objectContaining({ code: 'METRIC_QUERY_INVALID' }))
    }
  })
})

describe('the text exposition', () => {
  function setUp() {
    const metrics = new MetricsAggregator({ clock: new ManualClock() })
    metrics.define('jobs.done', { kind: 'counter', help: 'Jobs that\nended.' })
    metrics.define('wait', { kind: 'histogram', buckets: [1, 2.5] })
    metrics.record('jobs.done', 3, { labels: { 'job-name': 'a"\\\n' } })
    for (const value of [0.5, 1, 2, 9]) metrics.record('wait', value, { labels: { q: 'x' } })
    metrics.record('temp', -1.5)
    return metrics
  }

  it('is what Prometheus scrapes', async () => {
    expect((await collect(setUp().exposition())).join('')).toBe(`# HELP jobs_done_total Jobs that\\nended.
# TYPE jobs_done_total counter
jobs_done_total{job_name="a\\"\\\\\\n"} 3
# TYPE wait histogram
wait_bucket{q="x",le="1"} 2
wait_bucket{q="x",le="2.5"} 3
wait_bucket{q="x",le="+Inf"} 4
wait_sum{q="x"} 12.5
wait_count{q="x"} 4
# TYPE temp gauge
temp -1.5
`)
  })

  it('is OpenMetrics where that is asked for', async () => {
    const text = (await collect(setUp().exposition('openmetrics'))).join('')
    expect(text).toContain('# TYPE jobs_done counter\njobs_done_total{')
    expect(text).toContain('wait_bucket{q="x",le="1.0"} 2\n')
    expect(text.endsWith('# EOF\n')).toBe(true)
  })

  it('tells apart names that only Prometheus takes for the same, and keeps counting over many flushes', async () => {
    const metrics = new MetricsAggregator({ clock: new ManualClock(), limits: { samplesPerSeries: 8 } })
    metrics.define('a.b', { kind: 'histogram', buckets: [10] })
    metrics.record('a_b', 1)
    for (let i = 0; i < 100; i += 1) {
      metrics.record('a.b', i)
      if (i % 7 === 0) await metrics.flush()
    }
    const text = (await collect(metrics.exposition())).join('')
    expect(text).toContain('a_b_bucket{le="10"} 11\na_b_bucket{le="+Inf"} 100\na_b_sum 4950\na_b_count 100\n')
    expect(text).toContain('# TYPE a_b_2 gauge\na_b_2 1\n')
  })

  it('comes in pieces of a few hundred series', async () => {
    const metrics = new MetricsAggregator({ clock: new ManualClock() })
    for (let i = 0; i < 1_000; i += 1) metrics.record('m', i, { labels: { id: String(i) } })
    expect((await collect(metrics.exposition())).length).toBeGreaterThanOrEqual(5)
  })
})
