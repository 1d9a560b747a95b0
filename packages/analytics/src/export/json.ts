import { invalid } from './csv.ts'
import type { MetricSample } from './samples.ts'

/** One JSON document: `{ version, series: [{ name, labels, points: [[at, value], …] }, …] }`. A series may come in several parts. */
export async function* jsonOf(pages: AsyncIterable<readonly MetricSample[]>): AsyncGenerator<string> {
  yield '{"version":1,"series":['
  let separator = '\n'
  for await (const samples of pages) {
    const [first] = samples
    if (first === undefined) continue
    const points = samples.map(({ at, value }) => [at, value])
    yield separator + JSON.stringify({ name: first.name, labels: first.labels, points })
    separator = ',\n'
  }
  yield '\n]}\n'
}

/** One JSON object a line: `{ at, name, labels, value }`. */
export async function* ndjsonOf(pages: AsyncIterable<readonly MetricSample[]>): AsyncGenerator<string> {
  for await (const samples of pages) {
    yield samples.map(({ at, name, labels, value }) => `${JSON.stringify({ at, name, labels, value })}\n`).join('')
  }
}

/** Reads what `jsonOf` wrote; holds the whole document in memory. @throws AnalyticsError `METRIC_IMPORT_INVALID` */
export async function* jsonSamples(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<MetricSample> {
  let text = ''
  for await (const piece of pieces) text += piece
  const document = parse(text, 1) as { version?: unknown; series?: unknown }
  if (document.version !== 1 || !Array.isArray(document.series)) throw invalid(1, 'it has no version 1 and series')
  for (const [i, series] of (document.series as unknown[]).entries()) {
    const { name, labels, points } = (series ?? {}) as { name?: unknown; labels?: unknown; points?: unknown }
    if (!Array.isArray(points)) throw invalid(i + 1, 'it has no points')
    for (const point of points as unknown[]) {
      const [at, value] = Array.isArray(point) ? (point as unknown[]) : []
      yield checked({ at, name, labels, value }, i + 1)
    }
  }
}

/** Reads what `ndjsonOf` wrote, in pieces of any length. @throws AnalyticsError `METRIC_IMPORT_INVALID` */
export async function* ndjsonSamples(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<MetricSample> {
  let rest = ''
  let line = 0
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    for (const text of lines) {
      line += 1
      if (text.trim() !== '') yield checked(parse(text, line), line)
    }
  }
  if (rest.trim() !== '') yield checked(parse(rest, line + 1), line + 1)
}

function parse(text: string, line: number): object {
  try {
    const found: unknown = JSON.parse(text)
    if (typeof found === 'object' && found !== null) return found
  } catch {
    // Falls through to the one refusal below.
  }
  throw invalid(line, 'it is no JSON object')
}

function checked(found: object, line: number): MetricSample {
  const { at, name, labels, value } = found as { [key in keyof MetricSample]?: unknown }
  const isObject = typeof labels === 'object' && labels !== null && !Array.isArray(labels)
  if (typeof at !== 'number' || typeof value !== 'number' || typeof name !== 'string' || !isObject) {
    throw invalid(line, 'at, name, labels or value is missing or of another type')
  }
  return { at, name, labels: labels as Record<string, string>, value }
}
