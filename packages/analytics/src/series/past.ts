import { OpenRollups } from '../rollup/roller.ts'
import type { MetricBlock } from '../store/metric-store.ts'
import type { Labels } from './labels.ts'
import type { SampleBudget, SampleRing } from './ring.ts'
import { sortByTime } from './sort-by-time.ts'
import { Tally, tallySamples } from './tally.ts'

/** Rolled-up minutes are kept for this long, ms: a window of an hour begins within them. */
const minutesKeptMs = 3_900_000
/** What they take, in samples of 16 bytes: about 0.5 kB a minute. */
const minutesSamples = 2_048

/** Samples that a series which has outgrown its ring takes from the budget beside it: about 80 kB. */
export const pastSamples = tallySamples + minutesSamples

/** What memory still knows of samples that a ring has overwritten. */
export class Past {
  /** Memory knows of all samples from then on, epoch ms. */
  readonly knownSince: number
  /** The same of the rolled-up minutes. */
  minutesSince: number
  readonly tally: Tally
  #minutes: MetricBlock[] = []

  /** @param growth Of a counter. */
  constructor(growth: boolean, knownSince: number, minutesSince: number) {
    this.tally = new Tally(growth)
    this.knownSince = knownSince
    this.minutesSince = minutesSince
  }

  /** The minutes that are over, ascending. */
  get minutes(): readonly MetricBlock[] {
    return this.#minutes
  }

  /** Keeps minutes that were rolled up. @param now Epoch ms. */
  keep(blocks: readonly MetricBlock[], now: number): void {
    const minutes = blocks.filter(({ tier }) => tier === '1m')
    if (minutes.length === 0) return
    const oldest = now - minutesKeptMs
    if (this.#minutes.some(({ from }) => from < oldest)) this.minutesSince = Math.max(this.minutesSince, oldest)
    this.#minutes = [...this.#minutes.filter(({ from }) => from >= oldest), ...minutes]
  }
}

/**
 * Begins the past of a series just before its ring loses a sample, with all that was drained from it so far.
 * Undefined where the budget leaves no room.
 */
export function beginPast(
  series: { readonly name: string; readonly labels: Labels; readonly kind: string; readonly ring: SampleRing },
  options: { drained: number; knownSince: number; closedUntil: number; budget: SampleBudget; now: number },
): Past | undefined {
  const { name, labels, ring } = series
  if (!options.budget.take(pastSamples)) return undefined
  const knownSince = Math.max(options.knownSince, ring.knownSince)
  const past = new Past(series.kind === 'counter', knownSince, knownSince)
  const count = Math.max(0, options.drained - ring.first)
  const [times, values] = [new Float64Array(count), new Float64Array(count)]
  ring.copyTo(times, values, ring.first)
  sortByTime(times, values)
  past.tally.addRun(times, values)
  const open = times.findIndex((at) => at >= options.closedUntil)
  const over = open < 0 ? count : open
  const rollups = new OpenRollups()
  rollups.addRun(times.subarray(0, over), values.subarray(0, over))
  past.keep(rollups.close(name, labels, options.closedUntil), options.now)
  return past
}
