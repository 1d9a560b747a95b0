import type { OpenRollups } from '../rollup/roller.ts'
import { CumulativeHistogram, defaultBuckets } from './histogram.ts'
import type { Labels } from './labels.ts'
import type { Past } from './past.ts'
import { type SampleBudget, SampleRing } from './ring.ts'

/**
 * `gauge` a value that goes up and down · `counter` a total that only grows ·
 * `histogram` observations of which the distribution matters.
 */
export type MetricKind = 'gauge' | 'counter' | 'histogram'

/** What is known of a metric beside its samples. */
export interface MetricDefinition {
  /** Default `gauge`. */
  readonly kind?: MetricKind
  /** One sentence, shown by the text exposition. */
  readonly help?: string
  /** `ms`, `bytes`, …: shown, never converted. */
  readonly unit?: string
  /** Upper bounds of a histogram's buckets in the text exposition, ascending; default: 1 to 60,000 in 15 steps. */
  readonly buckets?: readonly number[]
}

/** One name with one set of labels, in memory. */
export class Series {
  readonly name: string
  readonly labels: Labels
  readonly key: string
  kind: MetricKind
  readonly ring: SampleRing
  /** Samples that the ring takes before room has to be made: by growing, or by draining what it would overwrite. */
  room: number
  /** Samples that were handed to the backlog; those after it exist in the ring alone. */
  drained = 0
  /** Samples that came from the store at a restart. */
  loaded = 0
  /** True while the recorder knows that there is something to drain. */
  dirty = false
  /** True once the registry has forgotten this series: a handle must look it up again. */
  dropped = false
  /** The running total of a counter, and whether the ring lacks its newest state. */
  total = 0
  stirred = false
  /** Minutes and hours that are not over; undefined until the first drain. */
  open: OpenRollups | undefined
  /** Once the ring has overwritten a sample. */
  past: Past | undefined
  /** Of a histogram: counts since the process began, as of the last drain. */
  histogram: CumulativeHistogram | undefined
  /** Its labels in the text exposition, made at the first one. */
  labelText: string | undefined
  /** When a counter last grew: the ring learns of it at the next flush. */
  countedAt = Number.NEGATIVE_INFINITY

  constructor(options: {
    name: string
    labels: Labels
    key: string
    kind: MetricKind
    buckets?: readonly number[] | undefined
    limit: number
    budget: SampleBudget
  }) {
    this.name = options.name
    this.labels = options.labels
    this.key = options.key
    this.kind = options.kind
    this.become(options.kind, options.buckets)
    this.ring = new SampleRing(options.limit, options.budget)
    this.room = this.ring.capacity
  }

  /** Time of the newest sample, epoch ms; -Infinity before the first. */
  get lastAt(): number {
    return Math.max(this.ring.maxAt, this.countedAt)
  }

  /** True once something was recorded since the process began. */
  get used(): boolean {
    return this.stirred || this.ring.written > this.loaded
  }

  become(kind: MetricKind, buckets: readonly number[] | undefined): void {
    this.kind = kind
    this.histogram = kind === 'histogram' ? new CumulativeHistogram(buckets ?? defaultBuckets) : undefined
  }

  get lastValue(): number | undefined {
    if (this.kind === 'counter') return this.total
    return this.ring.newest
  }
}
