import type { Clock } from './clock.ts'
import { AnalyticsError } from './errors.ts'
import { Outbox } from './outbox.ts'
import { minuteMs, OpenRollups } from './rollup/roller.ts'
import { beginPast } from './series/past.ts'
import type { SeriesRegistry } from './series/registry.ts'
import type { Series } from './series/series.ts'
import { sortByTime } from './series/sort-by-time.ts'
import type { MetricStore } from './store/metric-store.ts'
import { encodeRawBlock } from './store/raw-block.ts'
import { badValue, checkValue } from './value.ts'

/** Samples that were not kept, by reason. */
export interface DropCounts {
  /** Older than the late window. */
  stale: number
  /** Further in the future than the tolerance. */
  future: number
  /** Of a new metric, where the series limit was reached. */
  limit: number
  /** Recorded while the store failed for so long that the backlog was full. */
  backlog: number
  /** Rolled-up minutes and hours that went with them, once no more samples waited. */
  rollups: number
}

export interface RecorderOptions {
  readonly clock: Clock
  readonly registry: SeriesRegistry
  readonly store: MetricStore
  readonly lateMs: number
  readonly futureMs: number
  readonly flushSamples: number
  readonly staleMs: number
  readonly backlogBytes: number
  readonly onError: (error: AnalyticsError) => void
}

/** Takes samples in, and packs them into blocks for the store. */
export class Recorder {
  readonly #options: RecorderOptions
  readonly #clock: Clock
  readonly #now: () => number
  readonly #flushSamples: number
  readonly #outbox: Outbox
  readonly #dirty: Series[] = []
  #undrained = 0
  #scheduled = false
  #closedUntil = Number.NEGATIVE_INFINITY
  /** What is being drained, in the order of time; used again each time. */
  #times = new Float64Array(1_024)
  #values = new Float64Array(1_024)
  readonly dropped: DropCounts = { stale: 0, future: 0, limit: 0, backlog: 0, rollups: 0 }

  constructor(options: RecorderOptions) {
    this.#options = options
    const { clock } = options
    this.#clock = clock
    this.#now = clock.quickNow?.bind(clock) ?? (() => clock.now())
    this.#flushSamples = options.flushSamples
    this.#outbox = new Outbox({
      store: options.store,
      limitBytes: options.backlogBytes,
      gather: () => {
        this.drainAll()
        this.#close(this.#clock.now())
      },
      onLoss: ({ samples, rollups }) => {
        this.dropped.backlog += samples
        this.dropped.rollups += rollups
      },
    })
  }

  /** Samples that no successful flush has covered yet. */
  get pending(): number {
    return this.#undrained + this.#outbox.samples
  }

  /** Minutes that end by then are in the store as rollups, once a flush has succeeded. Epoch ms. */
  get closedUntil(): number {
    return this.#closedUntil
  }

  /** Whether a sample is one to keep: asked before its series is made, so that what is refused leaves nothing behind. */
  accepts(name: string, value: number, at: number | undefined): boolean {
    checkValue(value)
    if (value < 0 && this.#options.registry.definition(name)?.kind === 'counter') {
      throw badValue(value, `The counter ${name} cannot go down`)
    }
    // With a time of its own a sample is judged against the exact one.
    return at === undefined || this.#timely(at, this.#clock.now())
  }

  /** Takes a sample that was accepted. */
  record(series: Series | undefined, value: number, at: number | undefined): boolean {
    if (series === undefined) {
      this.dropped.limit += 1
      return false
    }
    // Whole milliseconds and no negative zero: what every export can give back.
    const time = Math.floor(at ?? this.#now())
    if (series.kind === 'counter') this.#count(series, value, time)
    else this.#push(series, time, value + 0)
    return true
  }

  /** Writes the newest total of every counter into its ring. */
  settle(series: Series): void {
    if (!series.stirred) return
    series.stirred = false
    this.#push(series, series.lastAt, series.total)
  }

  /** Puts stored samples back into an empty ring; they are not written again. */
  load(series: Series, times: Float64Array, values: Float64Array, since: number): void {
    for (let i = 0; i < times.length; i += 1) {
      const at = times[i] as number
      if (at < since) continue
      if (series.ring.written >= series.ring.capacity) series.ring.grow()
      series.ring.push(at, values[i] as number)
    }
    series.room = Math.max(series.ring.capacity, series.ring.written)
    series.drained = series.ring.written
    series.loaded = series.ring.written
  }

  report(error: unknown): void {
    if (error instanceof AnalyticsError) this.#options.onError(error)
  }

  /** Resolves once everything recorded before this call is in the store. */
  flush(): Promise<void> {
    return this.#outbox.flush()
  }

  #timely(at: number, now: number): boolean {
    if (!Number.isFinite(at)) {
      throw new AnalyticsError(
        'METRIC_TIME_INVALID',
        `${at} is no time.`,
        'Give `at` in epoch milliseconds, or leave it out.',
      )
    }
    if (at < now - this.#options.lateMs) this.dropped.stale += 1
    else if (at > now + this.#options.futureMs) this.dropped.future += 1
    else return true
    return false
  }

  #count(series: Series, by: number, at: number): void {
    checkValue(series.total + by)
    // Rate and increase see differences: without a sample of the total before, a first increment, or the first after a
    // long silence, would be invisible to every window that begins in between. After a restart that sample tells of it.
    if (!series.used || at - series.lastAt > minuteMs) {
      this.settle(series)
      this.#push(series, at, series.total)
    }
    series.total += by
    if (at > series.countedAt) series.countedAt = at
    if (series.stirred) return
    series.stirred = true
    this.#mark(series)
  }

  #push(series: Series, at: number, value: number): void {
    if (series.ring.written >= series.room) this.#makeRoom(series)
    series.ring.push(at, value)
    this.#undrained += 1
    if (!series.dirty) this.#mark(series)
    if (this.#undrained >= this.#flushSamples && !this.#scheduled) this.#flushSoon()
  }

  #makeRoom(series: Series): void {
    const { ring } = series
    if (ring.grow()) {
      series.room = ring.capacity
      return
    }
    if (ring.written - series.drained >= ring.capacity) this.#drain(series)
    if (series.past === undefined) this.beginPast(series)
    // One that could not grow for want of a shared budget asks again each time.
    series.room = ring.grown ? series.drained + ring.capacity : ring.written
  }

  /** Keeps what its samples amount to, before the ring overwrites the first of them. */
  beginPast(series: Series): void {
    const { budget, coverage } = this.#options.registry
    series.past = beginPast(series, {
      drained: series.drained,
      knownSince: coverage.since(series.name),
      closedUntil: this.#closedUntil,
      budget,
      now: this.#clock.now(),
    })
  }

  #mark(series: Series): void {
    if (series.dirty) return
    series.dirty = true
    this.#dirty.push(series)
  }

  /** Takes what only the ring holds into the backlog. */
  #drain(series: Series): void {
    const { ring } = series
    const count = ring.written - series.drained
    if (count === 0) return
    if (this.#times.length < count) {
      this.#times = new Float64Array(ring.capacity)
      this.#values = new Float64Array(ring.capacity)
    }
    const times = this.#times.subarray(0, count)
    const values = this.#values.subarray(0, count)
    ring.copyTo(times, values, series.drained)
    series.drained = ring.written
    this.#undrained -= count
    if (series.histogram !== undefined) for (const value of values) series.histogram.add(value)
    sortByTime(times, values)
    series.open ??= new OpenRollups()
    series.open.addRun(times, values)
    series.past?.tally.addRun(times, values)
    this.#outbox.add([encodeRawBlock(series.name, series.labels, times, values)])
  }

  /** Once a minute: ends the minutes that no sample can reach any more, and forgets series that have gone quiet. */
  #close(now: number): void {
    const until = Math.floor((now - this.#options.lateMs) / minuteMs) * minuteMs
    // After a clock was set back, later minutes are open again and read from raw samples until they are over once more.
    if (until === this.#closedUntil) return
    this.#closedUntil = until
    for (const series of this.#options.registry.all()) {
      const over = series.open?.close(series.name, series.labels, until) ?? []
      this.#outbox.add(over)
      series.past?.keep(over, now)
      const quiet = now - series.lastAt > this.#options.staleMs
      if (quiet && !series.dirty && (series.open?.empty ?? true)) this.#options.registry.drop(series)
    }
  }

  #flushSoon(): void {
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      this.flush().catch((error: unknown) => this.report(error))
    })
  }

  /** Writes the newest totals of all counters into their rings. */
  settleAll(): void {
    for (const series of this.#dirty) this.settle(series)
  }

  /** Takes everything that only rings hold into the backlog; totals and histograms are up to date afterwards. */
  drainAll(): void {
    for (const series of this.#dirty) {
      this.settle(series)
      this.#drain(series)
      series.dirty = false
    }
    this.#dirty.length = 0
  }
}
