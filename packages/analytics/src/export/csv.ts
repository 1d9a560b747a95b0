import { stringify } from 'csv-stringify/sync'
import type { MetricStore } from '../store/metric-store.ts'
import { decodeRawBlock } from '../store/raw-block.ts'

/** What to export: `since <= at < until` (epoch ms) of these metrics; all of what is left out. */
export interface ExportRange {
  readonly since?: number
  readonly until?: number
  readonly names?: readonly string[]
}

/** One sample as it is exported and imported. */
export interface MetricSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** Epoch ms. */
  readonly at: number
  readonly value: number
}

/** The samples of a range, page by page: never more in memory than one page of the store. */
export async function* readSamples(store: MetricStore, range: ExportRange): AsyncGenerator<readonly MetricSample[]> {
  const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, names } = range
  const query = {
    tier: 'raw' as const,
    ...(range.since === undefined ? {} : { since }),
    ...(range.until === undefined ? {} : { until }),
    ...(names === undefined ? {} : { names }),
  }
  for await (const page of store.read(query)) {
    for (const block of page) {
      const { times, values } = decodeRawBlock(block)
      const samples: MetricSample[] = []
      for (let i = 0; i < times.length; i += 1) {
        const at = times[i] as number
        if (at < since || at >= until) continue
        samples.push({ name: block.name, labels: block.labels, at, value: values[i] as number })
      }
      if (samples.length > 0) yield samples
    }
  }
}

/**
 * RFC 4180 with a head line: `timestamp` (ISO 8601 UTC), `name`, `labels` (JSON), `value`. Text that a spreadsheet would
 * run as a formula is escaped with a quote; numbers never are, or a negative value would become text.
 */
export async function* csvOf(pages: AsyncIterable<readonly MetricSample[]>): AsyncGenerator<string> {
  yield csvLines([['timestamp', 'name', 'labels', 'value']])
  for await (const samples of pages) {
    yield csvLines(
      samples.map(({ name, labels, at, value }) => [new Date(at).toISOString(), name, JSON.stringify(labels), value]),
    )
  }
}

function csvLines(records: (string | number)[][]): string {
  return stringify(records, {
    record_delimiter: 'windows',
    escape_formulas: true,
    cast: { number: (value) => ({ value: Object.is(value, -0) ? '-0' : String(value), escape_formulas: false }) },
  })
}
