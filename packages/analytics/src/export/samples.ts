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
  /** Epoch ms, whole. */
  readonly at: number
  readonly value: number
}

/** The samples of a range, block by block: never more in memory than one page of the store. */
export async function* readSamples(store: MetricStore, range: ExportRange): AsyncGenerator<readonly MetricSample[]> {
  const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = range
  for await (const page of store.read({ tier: 'raw', ...range })) {
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
