import { getOrMake } from '../get-or-make.ts'
import { append } from '../outbox.ts'
import { OpenRollups } from '../rollup/roller.ts'
import { canonicalLabels, checkName, type LabelLimits, type Labels, seriesKey } from '../series/labels.ts'
import type { SeriesRegistry } from '../series/registry.ts'
import type { MetricBlock, MetricStore } from '../store/metric-store.ts'
import { encodeRawBlock } from '../store/raw-block.ts'
import { checkValue } from '../value.ts'
import { invalid } from './invalid.ts'
import type { MetricSample } from './samples.ts'

export interface ImportOptions {
  readonly limits: LabelLimits
  /** Later samples are refused, epoch ms. */
  readonly latest: number
  readonly store: MetricStore
  readonly registry: SeriesRegistry
  /** Minutes that end by then are over, epoch ms. */
  readonly closedUntil: () => number
}

/** Samples of one series, ascending in time. */
interface SampleRun {
  readonly name: string
  readonly labels: Labels
  readonly times: Float64Array
  readonly values: Float64Array
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
    await writeRuns([...gathered.values()].map(runOf), options)
    gathered.clear()
    waiting = 0
  }
  for await (const { name, labels, at, value } of samples) {
    count += 1
    checkName(name, options.limits)
    const canonical = canonicalLabels(labels, options.limits)
    checkValue(value)
    if (!Number.isFinite(at) || at < 0 || at > options.latest) throw invalid(count, `its time ${at} is out of range`)
    const key = seriesKey(name, canonical)
    const series = getOrMake(gathered, key, () => ({ name, labels: canonical, samples: [] }))
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

/** Samples of the past go to the store and to the rollups, not to memory. */
async function writeRuns(runs: readonly SampleRun[], { store, registry, closedUntil }: ImportOptions): Promise<void> {
  const until = closedUntil()
  const blocks: MetricBlock[] = []
  for (const { name, labels, times, values } of runs) {
    blocks.push(encodeRawBlock(name, labels, times, values))
    registry.coverage.lose(name, times[times.length - 1] as number)
    // Minutes that are over are rolled up here and now; later ones join those that are still open. Where the limit leaves
    // no room for the series, nothing will join them: they are over as well.
    const over = times.findIndex((at) => at >= until)
    const cut = over < 0 ? times.length : over
    const past = new OpenRollups()
    past.addRun(times.subarray(0, cut), values.subarray(0, cut))
    blocks.push(...past.close(name, labels, until))
    past.addRun(times.subarray(cut), values.subarray(cut))
    if (past.empty) continue
    const series = registry.own(name, labels)
    if (series !== undefined) {
      series.open ??= new OpenRollups()
      series.open.absorb(past)
    } else blocks.push(...past.close(name, labels, Number.POSITIVE_INFINITY))
  }
  const hint = 'See the cause; import the rest again once the store takes it.'
  await append(store, blocks, `${blocks.length} imported blocks`, hint)
}
