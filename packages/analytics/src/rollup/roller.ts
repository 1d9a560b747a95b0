import { getOrMake } from '../get-or-make.ts'
import type { Labels } from '../series/labels.ts'
import type { MetricBlock } from '../store/metric-store.ts'
import { Rollup } from './rollup.ts'
import { encodeRollupBlock, type TimedRollup } from './rollup-block.ts'

export const minuteMs = 60_000
export const hourMs = 3_600_000

/** The minutes and hours of one series that can still change. */
export class OpenRollups {
  readonly #minutes = new Map<number, Rollup>()
  readonly #hours = new Map<number, Rollup>()
  /** After a restart: beginnings of the last minute and the last hour that are stored, epoch ms. */
  lastMinute = Number.NEGATIVE_INFINITY
  lastHour = Number.NEGATIVE_INFINITY

  get empty(): boolean {
    return this.#minutes.size === 0 && this.#hours.size === 0
  }

  /** The minutes that are not over and begin at or after `since` (epoch ms). */
  *minutesFrom(since: number): Generator<TimedRollup> {
    for (const [at, rollup] of this.#minutes) if (at >= since) yield { at, rollup }
  }

  /** Takes in samples in the order of time. */
  addRun(times: Float64Array, values: Float64Array): void {
    let from = 0
    while (from < times.length) {
      const minute = Math.floor((times[from] as number) / minuteMs) * minuteMs
      let to = from + 1
      while (to < times.length && (times[to] as number) < minute + minuteMs) to += 1
      bucket(this.#minutes, minute).addRun(times.subarray(from, to), values.subarray(from, to))
      from = to
    }
  }

  /** Takes a stored minute back into its hour, after a restart. */
  addMinute({ at, rollup }: TimedRollup): void {
    bucket(this.#hours, Math.floor(at / hourMs) * hourMs).merge(rollup)
  }

  /** Takes over what is still open in another. */
  absorb(other: OpenRollups): void {
    for (const [at, rollup] of other.#minutes) bucket(this.#minutes, at).merge(rollup)
    for (const [at, rollup] of other.#hours) bucket(this.#hours, at).merge(rollup)
  }

  /** Ends all minutes and hours that are over at `until` (epoch ms), and gives them as blocks to be stored. */
  close(name: string, labels: Labels, until: number): MetricBlock[] {
    const minutes = take(this.#minutes, (at) => at + minuteMs <= until)
    for (const minute of minutes) this.addMinute(minute)
    const hours = take(this.#hours, (at) => at + hourMs <= until)
    const blocks: MetricBlock[] = []
    if (minutes.length > 0) blocks.push(encodeRollupBlock('1m', name, labels, minutes))
    if (hours.length > 0) blocks.push(encodeRollupBlock('1h', name, labels, hours))
    return blocks
  }
}

function bucket(buckets: Map<number, Rollup>, at: number): Rollup {
  return getOrMake(buckets, at, () => new Rollup())
}

function take(buckets: Map<number, Rollup>, over: (at: number) => boolean): TimedRollup[] {
  const taken: TimedRollup[] = []
  for (const [at, rollup] of buckets) {
    if (!over(at)) continue
    buckets.delete(at)
    taken.push({ at, rollup })
  }
  return taken.sort((a, b) => a.at - b.at)
}
