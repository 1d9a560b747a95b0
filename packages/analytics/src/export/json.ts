import { checkLength, invalid } from './invalid.ts'
import { jsonHead, jsonParts } from './json-parts.ts'
import type { MetricSample } from './samples.ts'

/** One JSON document: `{ version, series: [{ name, labels, points: [[at, value], …] }, …] }`. A series may come in several parts. */
export async function* jsonOf(pages: AsyncIterable<readonly MetricSample[]>): AsyncGenerator<string> {
  yield jsonHead
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

/** Reads what `jsonOf` wrote, in pieces of any length, a part at a time. @throws AnalyticsError `METRIC_IMPORT_INVALID` */
export async function* jsonSamples(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<MetricSample> {
  let part = 0
  for await (const text of jsonParts(pieces)) {
    part += 1
    const { name, labels, points } = parse(text, part) as { name?: unknown; labels?: unknown; points?: unknown }
    if (!Array.isArray(points)) throw invalid(part, 'it has no points')
    for (const point of points as unknown[]) {
      const [at, value] = Array.isArray(point) ? (point as unknown[]) : []
      yield checked({ at, name, labels, value }, part)
    }
  }
}

/** Reads what `ndjsonOf` wrote, in pieces of any length. @throws AnalyticsError `METRIC_IMPORT_INVALID` */
export async function* ndjsonSamples(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<MetricSample> {
  let rest = ''
  let line = 0
  for await (const piece of pieces) {
    let from = 0
    for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', from)) {
      const text = rest + piece.slice(from, end)
      rest = ''
      from = end + 1
      line += 1
      if (text.trim() !== '') yield checked(parse(text, line), line)
    }
    rest += piece.slice(from)
    checkLength(line + 1, rest.length)
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
