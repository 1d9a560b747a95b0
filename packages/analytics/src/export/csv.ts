import { stringify } from 'csv-stringify/sync'
import type { MetricBlock } from '../store/metric-store.ts'
import { decodeRawBlock } from '../store/raw-block.ts'
import { parseCsv } from './csv-parser.ts'
import { invalid } from './invalid.ts'
import type { MetricSample } from './samples.ts'

const columns = ['timestamp', 'name', 'labels', 'value'] as const

/**
 * RFC 4180 with a head line: `timestamp` (ISO 8601 UTC), `name`, `labels` (JSON), `value`. Text that a spreadsheet would
 * run as a formula is escaped with a quote; numbers never are, or a negative value would become text.
 */
export async function* csvOf(pages: AsyncIterable<readonly MetricSample[]>): AsyncGenerator<string> {
  yield csvHead()
  for await (const samples of pages) yield csvLines(samples.map(recordOf))
}

/** The head line of what `csvOf` and `csvOfBlocks` write. */
export function csvHead(): string {
  return csvLines([[...columns]])
}

/**
 * The raw samples of blocks as `csvOf` writes them, without the head line; rollups are left out.
 * @throws AnalyticsError `METRIC_BLOCK_CORRUPT`
 */
export function csvOfBlocks(blocks: readonly MetricBlock[]): string {
  const records: (string | number)[][] = []
  for (const block of blocks) {
    if (block.tier !== 'raw') continue
    const { times, values } = decodeRawBlock(block)
    const { name, labels } = block
    for (const [index, at] of times.entries()) records.push(recordOf({ at, name, labels, value: values[index] ?? 0 }))
  }
  return csvLines(records)
}

function recordOf({ name, labels, at, value }: MetricSample): (string | number)[] {
  return [new Date(at).toISOString(), name, JSON.stringify(labels), value]
}

function csvLines(records: (string | number)[][]): string {
  return stringify(records, {
    record_delimiter: 'windows',
    escape_formulas: true,
    cast: { number: (value) => ({ value: String(value), escape_formulas: false }) },
  })
}

/** Reads what `csvOf` wrote, in pieces of any length. @throws AnalyticsError `METRIC_IMPORT_INVALID` */
export async function* csvSamples(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<MetricSample> {
  let line = 0
  for await (const record of parseCsv(pieces)) {
    line += 1
    if (line === 1) {
      if (columns.every((column, i) => record[i] === column)) continue
      throw invalid(line, `its columns are not ${columns.join(', ')}`)
    }
    const [timestamp = '', name = '', labels = '', value = ''] = record
    const at = Date.parse(timestamp)
    if (record.length !== columns.length || Number.isNaN(at)) throw invalid(line, 'its time stamp is no ISO 8601 time')
    if (value.trim() === '' || !Number.isFinite(Number(value))) throw invalid(line, `its value ${value} is no number`)
    yield { at, name, labels: parseLabels(labels, line), value: Number(value) }
  }
}

function parseLabels(text: string, line: number): Record<string, string> {
  try {
    const labels: unknown = JSON.parse(text)
    if (typeof labels === 'object' && labels !== null && !Array.isArray(labels)) return labels as Record<string, string>
  } catch {
    // Falls through to the one refusal below.
  }
  throw invalid(line, 'its labels are no JSON object')
}
