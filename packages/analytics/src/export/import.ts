import type { SampleRun } from '../recorder.ts'
import { canonicalLabels, checkName, type LabelLimits, type Labels, seriesKey } from '../series/labels.ts'
import { invalid } from './csv.ts'
import type { MetricSample } from './samples.ts'

export interface ImportOptions {
  readonly limits: LabelLimits
  /** Later samples are refused, epoch ms. */
  readonly latest: number
  readonly write: (runs: readonly SampleRun[]) => Promise<void>
}

const batchSamples = 16_384

interface Gathered {
  readonly name: string
  readonly labels: Labels
  readonly samples: { readonly at: number; readonly value: number }[]
}

/** Gathers samples by series, and writes them in batches. @returns How many samples were taken. */
export async function importSamples(samples: AsyncIterable<MetricSample>, options: ImportOptions): Promise<number> {
  let count = 0
  let waiting = 0
  const gathered = new Map<string, Gathered>()
  const write = async (): Promise<void> => {
    await options.write([...gathered.values()].map(runOf))
    gathered.clear()
    waiting = 0
  }
  for await (const { name, labels, at, value } of samples) {
    count += 1
    checkName(name, options.limits)
    const canonical = canonicalLabels(labels, options.limits)
    if (!Number.isFinite(value)) throw invalid(count, `its value ${value} is no finite number`)
    if (!Number.isFinite(at) || at < 0 || at > options.latest) throw invalid(count, `its time ${at} is out of range`)
    const key = seriesKey(name, canonical)
    let series = gathered.get(key)
    if (series === undefined) {
      series = { name, labels: canonical, samples: [] }
      gathered.set(key, series)
    }
    series.samples.push({ at: Math.floor(at), value: value + 0 })
    waiting += 1
    if (waiting >= batchSamples) await write()
  }
  if (waiting > 0) await write()
  return count
}

function runOf({ name, labels, samples }: Gathered): SampleRun {
  samples.sort((a, b) => a.at - b.at)
  return {
    name,
    labels,
    times: Float64Array.from(samples, ({ at }) => at),
    values: Float64Array.from(samples, ({ value }) => value),
  }
}
