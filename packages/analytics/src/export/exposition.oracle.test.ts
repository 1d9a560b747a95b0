import fc from 'fast-check'
import { Counter, Gauge, Histogram, type OpenMetricsContentType, Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { type ExpositionFormat, MetricsAggregator } from '../index.ts'
import { ManualClock } from '../testing/index.ts'

interface Family {
  readonly type: string
  readonly help: string
  /** Value by the sample's name and labels, in the order of the labels' names. */
  readonly samples: Record<string, number>
}

const escapes: Readonly<Record<string, string>> = { n: '\n', '\\': '\\', '"': '"' }
const unescaped = (text: string): string => text.replace(/\\([n\\"])/g, (_, char: string) => escapes[char] ?? '')

/** Reads either format by its own grammar; the order of families, series and labels carries no meaning. */
function parse(text: string): Record<string, Family> {
  const families: Record<string, Family> = {}
  const helps = new Map<string, string>()
  let current: Family | undefined
  for (const line of text.split('\n')) {
    if (line === '' || line === '# EOF') continue
    const comment = /^# (HELP|TYPE) (\S+) ?(.*)$/s.exec(line)
    if (comment !== null) {
      const [, keyword, name = '', rest = ''] = comment
      if (keyword === 'HELP') helps.set(name, unescaped(rest))
      else {
        current = { type: rest, help: helps.get(name) ?? '', samples: {} }
        families[name] = current
      }
      continue
    }
    const sample = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/s.exec(line)
    if (sample === null || current === undefined) throw new Error(`no sample: ${JSON.stringify(line)}`)
    const [, name = '', labels = '', value = ''] = sample
    const pairs = [...labels.matchAll(/([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)",?/gs)].map(([, label = '', raw = '']) => {
      // 1 and 1.0 are the same bound.
      const plain = unescaped(raw)
      return [label, label === 'le' ? String(Number(plain.replace('+Inf', 'Infinity'))) : plain] as const
    })
    const key = JSON.stringify([name, ...pairs.sort(([a], [b]) => (a < b ? -1 : 1))])
    if (key in current.samples) throw new Error(`twice: ${key}`)
    current.samples[key] = Number(value)
  }
  return families
}

const text = fc.oneof(
  fc.string({ maxLength: 6, unit: 'binary' }),
  fc.constantFrom('"', '\\', '\n', '\\n', '\\"', '\r\n', 'a,b="c"', '{}', '} 1', ' ', ''),
)
const labels = fc.dictionary(fc.constantFrom('k', 'l'), text, { maxKeys: 2, noNullPrototype: true })
const observation = fc.record({
  metric: fc.constantFrom('gauge', 'counter', 'histogram'),
  labels,
  value: fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constantFrom(0, 0.5, 1, 2.5, 10, 1e21, 1e-7)),
})

const registries = {
  prometheus: () => new Registry(),
  openmetrics: () => {
    const registry = new Registry<OpenMetricsContentType>()
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
    return registry
  },
} as const

const buckets = [0.5, 1, 2.5, 10]
const labelNames = ['k', 'l'] as const

async function exposed(metrics: MetricsAggregator, format: ExpositionFormat): Promise<string> {
  let all = ''
  for await (const piece of metrics.exposition(format)) all += piece
  return all
}

describe.each(['prometheus', 'openmetrics'] as const)('the %s text', (format) => {
  it('says what prom-client says of the same series', async () => {
    const help = fc.oneof(text, fc.constant('Plain.')).filter((found) => found.trim() === found && found !== '')
    await fc.assert(
      fc.asyncProperty(fc.array(observation, { minLength: 1, maxLength: 40 }), help, async (observations, help) => {
        const registry = registries[format]()
        const theirs = {
          gauge: new Gauge({ name: 'level', help, labelNames, registers: [registry] }),
          counter: new Counter({ name: 'done_total', help, labelNames, registers: [registry] }),
          histogram: new Histogram({ name: 'wait', help, labelNames, buckets, registers: [registry] }),
        }
        const metrics = new MetricsAggregator({ clock: new ManualClock() })
        metrics.define('level', { help })
        metrics.define('done', { kind: 'counter', help })
        metrics.define('wait', { kind: 'histogram', help, buckets })
        for (const { metric, labels, value } of observations) {
          if (metric === 'gauge') {
            metrics.record('level', value, { labels })
            theirs.gauge.set(labels, value)
          } else if (metric === 'counter') {
            metrics.record('done', Math.abs(value), { labels })
            theirs.counter.inc(labels, Math.abs(value))
          } else {
            metrics.record('wait', value, { labels })
            theirs.histogram.observe(labels, value)
          }
        }
        const ours = parse(await exposed(metrics, format))
        // A metric without a series is no family here; prom-client prints its head.
        const expected = Object.entries(parse(await registry.metrics())).filter(
          ([, { samples }]) => Object.keys(samples).length > 0,
        )
        expect(expected.length).toBeGreaterThan(0)
        expect(ours).toEqual(Object.fromEntries(expected))
      }),
      { numRuns: 200 },
    )
  })

  it('never shows two series of a family as one, whatever their labels are called and whenever they are shown first', async () => {
    const label = fc.constantFrom('a.b', 'a_b', 'a-b', 'a_b_2', 'le')
    const labels = fc.dictionary(label, fc.constantFrom('1', '2'), { maxKeys: 2 })
    const seriesList = fc.uniqueArray(labels, {
      selector: (each) => JSON.stringify(Object.entries(each).sort()),
      minLength: 2,
    })
    await fc.assert(
      fc.asyncProperty(seriesList, fc.nat(5), async (list, late) => {
        const metrics = new MetricsAggregator({ clock: new ManualClock() })
        const handles = list.map((each) => metrics.bind('m', each))
        for (const [i, handle] of handles.entries()) if (i !== late) handle.record(i)
        await exposed(metrics, format)
        handles[late]?.record(late)
        const samples = parse(await exposed(metrics, format)).m?.samples
        expect(Object.values(samples ?? {}).toSorted()).toEqual(list.map((_, i) => i).toSorted())
      }),
    )
  })

  it('never gives two families a sample of the same name, and keeps the names of gauges', async () => {
    const kinds = ['gauge', 'counter', 'histogram'] as const
    const names = ['a', 'a.total', 'a_total', 'a_created', 'a_count', 'a_bucket', 'a_sum', 'a_total_total', 'a_2']
    const reserved = {
      gauge: [''],
      counter: ['', '_total', '_created'],
      histogram: ['', '_bucket', '_sum', '_count', '_created'],
    }
    const metric = fc.record({ name: fc.constantFrom(...names), kind: fc.constantFrom(...kinds) })
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(metric, { selector: ({ name }) => name, minLength: 1 }), async (list) => {
        const metrics = new MetricsAggregator({ clock: new ManualClock() })
        for (const { name, kind } of list) {
          metrics.define(name, { kind })
          metrics.record(name, 1)
        }
        const families = Object.entries(parse(await exposed(metrics, format)))
        expect(families).toHaveLength(list.length)
        const taken = families.flatMap(([name, { type, samples }]) => {
          // The text format shows a counter by the name of its sample.
          const shown = type === 'counter' && format === 'prometheus'
          const family = shown ? name.replace(/_total$/, '') : name
          const all = reserved[type as (typeof kinds)[number]].map((suffix) => family + suffix)
          for (const key of Object.keys(samples)) expect(all).toContain(JSON.parse(key)[0])
          return all
        })
        expect(new Set(taken).size).toBe(taken.length)
        const [first] = list
        if (first?.kind === 'gauge') expect(families[0]?.[0]).toBe(first.name.replace('.', '_'))
      }),
    )
  })
})
