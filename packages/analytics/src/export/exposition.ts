import { defaultBuckets } from '../series/histogram.ts'
import type { Labels } from '../series/labels.ts'
import type { SeriesRegistry } from '../series/registry.ts'
import type { MetricKind, Series } from '../series/series.ts'

/** `prometheus` text format 0.0.4 · `openmetrics` 1.0.0. */
export type ExpositionFormat = 'prometheus' | 'openmetrics'

/** The `Content-Type` to serve a format with. */
export const expositionTypes: Readonly<Record<ExpositionFormat, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

const seriesAtOnce = 200

/** Every series in memory as text, in pieces of a few hundred series: between two of them the event loop is free. */
export function* exposition(registry: SeriesRegistry, format: ExpositionFormat): Generator<string> {
  const taken = new Set<string>()
  for (const name of registry.names()) {
    const list = registry.select(name, undefined).filter((series) => series.lastValue !== undefined)
    const [first] = list
    if (first === undefined) continue
    const { kind } = first
    const family = familyName(name, kind, taken)
    const { help, unit, buckets = defaultBuckets } = registry.definition(name) ?? {}
    const head = kind === 'counter' && format === 'prometheus' ? `${family}_total` : family
    let text = help === undefined ? '' : `# HELP ${head} ${escapeHelp(help, format)}\n`
    text += `# TYPE ${head} ${kind}\n`
    // OpenMetrics takes a unit only where the name ends with it.
    if (format === 'openmetrics' && unit !== undefined && family.endsWith(`_${unit}`))
      text += `# UNIT ${family} ${unit}\n`
    const bounds = buckets.map((bound) => numberText(bound, format))
    const texts = new Set(list.map(({ labelText }) => labelText))
    for (const [i, series] of list.entries()) {
      // The labels' text never changes, and is most of the work.
      const inner = series.labelText ?? labelText(series.labels, texts)
      texts.add(inner)
      series.labelText = inner
      text += seriesText(series, inner, family, bounds, format)
      if ((i + 1) % seriesAtOnce !== 0) continue
      yield text
      text = ''
    }
    yield text
  }
  if (format === 'openmetrics') yield '# EOF\n'
}

function seriesText(
  series: Series,
  inner: string,
  family: string,
  bounds: readonly string[],
  format: ExpositionFormat,
): string {
  const labels = inner === '' ? '' : `{${inner}}`
  const { histogram } = series
  if (series.kind !== 'histogram' || histogram === undefined) {
    const suffix = series.kind === 'counter' ? '_total' : ''
    return `${family}${suffix}${labels} ${series.lastValue}\n`
  }
  const lead = `${family}_bucket{${inner}${inner === '' ? '' : ','}le="`
  let text = ''
  let running = 0
  for (const [i, bound] of bounds.entries()) {
    running += histogram.counts[i] as number
    text += `${lead + bound}"} ${running}\n`
  }
  text += `${lead}+Inf"} ${histogram.count}\n`
  return `${text}${family}_sum${labels} ${numberText(histogram.sum, format)}\n${family}_count${labels} ${histogram.count}\n`
}

/** OpenMetrics wants whole bounds to be written as floats. */
function numberText(value: number, format: ExpositionFormat): string {
  return format === 'openmetrics' && Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value)
}

/** What the names of a family's samples end with, and what is reserved for them. */
const suffixes: Readonly<Record<MetricKind, readonly string[]>> = {
  gauge: [''],
  counter: ['', '_total', '_created'],
  histogram: ['', '_bucket', '_sum', '_count', '_created'],
}

/**
 * Prometheus knows fewer characters in names, and each kind has names of its own for its samples: two families of which
 * the samples could have the same name are told apart by a number. Only a counter's own `_total` is no part of its name.
 */
function familyName(name: string, kind: MetricKind, taken: Set<string>): string {
  const plain = name.replace(/[^A-Za-z0-9_:]/g, '_')
  const safe = kind === 'counter' ? plain.replace(/(_total)+$/, '') : plain
  const names = (family: string): string[] => suffixes[kind].map((suffix) => family + suffix)
  let family = safe
  for (let i = 2; names(family).some((each) => taken.has(each)); i += 1) family = `${safe}_${i}`
  for (const each of names(family)) taken.add(each)
  return family
}

/** Names with other characters lose them; series of one family that would then look the same are told apart by a number. */
function labelText(labels: Labels, others: ReadonlySet<string | undefined>): string {
  let text = labelsText(labels, '')
  for (let i = 2; others.has(text); i += 1) text = labelsText(labels, `_${i}`)
  return text
}

function labelsText(labels: Labels, suffix: string): string {
  const parts: string[] = []
  const taken = new Set<string>()
  for (const [name, value] of Object.entries(labels)) {
    const safe = name.replace(/[^A-Za-z0-9_]/g, '_') + (parts.length === 0 ? suffix : '')
    let unique = safe
    for (let i = 2; taken.has(unique) || unique === 'le'; i += 1) unique = `${safe}_${i}`
    taken.add(unique)
    parts.push(`${unique}="${value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"')}"`)
  }
  // Sorted, so that the same labels are the same text.
  return parts.sort().join(',')
}

function escapeHelp(help: string, format: ExpositionFormat): string {
  const text = help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')
  return format === 'openmetrics' ? text.replace(/"/g, '\\"') : text
}
