import type { Clock } from './clock.ts'
import { AnalyticsError } from './errors.ts'
import { minuteMs, OpenRollups } from './rollup/roller.ts'
import type { Labels } from './series/labels.ts'
import type { SeriesRegistry } from './series/registry.ts'
import type { Series } from './series/series.ts'
import { sortByTime } from './series/sort-by-time.ts'
import type { MetricBlock, MetricStore } from './store/metric-store.ts'
import { encodeRawBlock } from './store/raw-block.ts'

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
}

/** Samples of one series, ascending in time. */
export interface SampleRun {
  readonly name: string
  readonly labels: Labels
  readonly times: Float64Array
  readonly values: Float64Array
}

export interface RecorderOptions {
  readonly clock: Clock
  readonly registry: SeriesRegistry
  readonly store: MetricStore
  readonly lateMs: number
  readonly futureMs: number
  readonly flushSamples: number
  readonly staleMs: number
  readonly backlogSamples: number
  readonly onError: (error: AnalyticsError) => void
}

/** Takes samples in, and hands them to the store in batches. */
export class Recorder {
  readonly #options: RecorderOptions
  readonly #clock: Clock
  readonly #dirty: Series[] = []
  #backlog: MetricBlock[] = []
  #backlogSamples = 0
  #inFlight = 0
  #undrained = 0
  #flushing: Promise<void> | undefined
  #queued: Promise<void> | undefined
  #scheduled = false
  #closedUntil = Number.NEGATIVE_INFINITY
  /** What is being drained, in the order of time; used again each time. */
  #times = new Float64Array(1_024)
  #values = new Float64Array(1_024)
  readonly dropped: DropCounts = { stale: 0, future: 0, limit: 0, backlog: 0 }

  constructor(options: RecorderOptions) {
    this.#options = options
    this.#clock = options.clock
  }

  /** Samples that no successful flush has covered yet. */
  get pending(): number {
    return this.#undrained + this.#backlogSamples + this.#inFlight
  }

  /** Minutes that end by then are in the store as rollups, once a flush has succeeded. Epoch ms. */
  get closedUntil(): number {
    return this.#closedUntil
  }

  record(series: Series | undefined, value: number, at: number | undefined): boolean {
    if (!Number.isFinite(value)) throw badValue(value)
    const now = this.#clock.now()
    if (at !== undefined && !this.#timely(at, now)) return false
    if (series === undefined) {
      this.dropped.limit += 1
      return false
    }
    // Whole milliseconds and no negative zero: what every export can give back.
    const time = Math.floor(at ?? now)
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
      if (at > series.lastAt) series.lastAt = at
    }
    series.drained = series.ring.written
    series.loaded = series.ring.written
  }

  report(error: unknown): void {
    if (error instanceof AnalyticsError) this.#options.onError(error)
  }

  /** Resolves once everything recorded before this call is in the store. */
  flush(): Promise<void> {
    // Calls that come while another flush is under way share the next one: a slow store is not met with a queue.
    this.#queued ??= (this.#flushing ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => {
        this.#flushing = this.#queued
        this.#queued = undefined
        return this.#write()
      })
    return this.#queued
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
    if (by < 0) throw badValue(by, `The counter ${series.name} cannot go down`)
    // Rate and increase see differences: without a sample of the total before, a first increment, or the first after a
    // long silence, would be invisible to every window that begins in between.
    if (series.ring.written === 0 || at - series.lastAt > minuteMs) {
      this.settle(series)
      this.#push(series, at, series.total)
    }
    series.total += by
    if (at > series.lastAt) series.lastAt = at
    if (series.stirred) return
    series.stirred = true
    this.#mark(series)
  }

  #push(series: Series, at: number, value: number): void {
    const { ring } = series
    if (ring.written >= ring.capacity && !ring.grow() && ring.written - series.drained === ring.capacity) {
      this.#drain(series)
    }
    ring.push(at, value)
    if (at > series.lastAt) series.lastAt = at
    this.#undrained += 1
    if (!series.dirty) this.#mark(series)
    if (this.#undrained >= this.#options.flushSamples && !this.#scheduled) this.#flushSoon()
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
    this.#backlog.push(encodeRawBlock(series.name, series.labels, times, values))
    this.#backlogSamples += count
    this.#bound()
  }

  /** Once a minute: ends the minutes that no sample can reach any more, and forgets series that have gone quiet. */
  #close(now: number): void {
    const until = Math.floor((now - this.#options.lateMs) / minuteMs) * minuteMs
    // After a clock was set back, later minutes are open again and read from raw samples until they are over once more.
    if (until === this.#closedUntil) return
    this.#closedUntil = until
    for (const series of this.#options.registry.all()) {
      if (series.open !== undefined) this.#backlog.push(...series.open.close(series.name, series.labels, until))
      const quiet = now - series.lastAt > this.#options.staleMs
      if (quiet && !series.dirty && (series.open?.empty ?? true)) this.#options.registry.drop(series)
    }
  }

  /** A store that fails for long must not fill the memory: the oldest samples go, counted. */
  #bound(): void {
    while (this.#backlogSamples > this.#options.backlogSamples && this.#backlog.length > 1) {
      const lost = this.#backlog.shift()
      const samples = lost?.tier === 'raw' ? lost.count : 0
      this.#backlogSamples -= samples
      this.dropped.backlog += samples
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

  /** Takes in samples of the past: they go to the store and to the rollups, not to memory. */
  async import(runs: readonly SampleRun[]): Promise<void> {
    const blocks: MetricBlock[] = []
    for (const { name, labels, times, values } of runs) {
      blocks.push(encodeRawBlock(name, labels, times, values))
      // Minutes that are over are rolled up here and now; later ones join those that are still open.
      const over = times.findIndex((at) => at >= this.#closedUntil)
      const cut = over < 0 ? times.length : over
      const past = new OpenRollups()
      past.addRun(times.subarray(0, cut), values.subarray(0, cut))
      blocks.push(...past.close(name, labels, this.#closedUntil))
      const series = past.empty && cut === times.length ? undefined : this.#options.registry.resolve(name, labels)
      if (series === undefined) continue
      series.open ??= new OpenRollups()
      series.open.absorb(past)
      series.open.addRun(times.subarray(cut), values.subarray(cut))
    }
    try {
      await this.#options.store.append(blocks)
    } catch (cause) {
      throw new AnalyticsError(
        'METRIC_FLUSH_FAILED',
        `The store did not take ${blocks.length} imported blocks.`,
        'See the cause; import the rest again once the store takes it.',
        { cause },
      )
    }
  }

  async #write(): Promise<void> {
    this.drainAll()
    this.#close(this.#options.clock.now())
    const batch = this.#backlog
    if (batch.length === 0) return
    const samples = this.#backlogSamples
    this.#backlog = []
    this.#backlogSamples = 0
    this.#inFlight = samples
    try {
      await this.#options.store.append(batch)
    } catch (cause) {
      this.#backlog = [...batch, ...this.#backlog]
      this.#backlogSamples += samples
      this.#bound()
      throw new AnalyticsError(
        'METRIC_FLUSH_FAILED',
        `The store did not take ${samples} samples.`,
        'They are kept in memory and written with the next flush; see the cause.',
        { cause },
      )
    } finally {
      this.#inFlight = 0
    }
  }
}

function badValue(value: number, why = 'A sample must be a finite number'): AnalyticsError {
  return new AnalyticsError('METRIC_VALUE_INVALID', `${why}; got ${value}.`, 'Leave the sample out, or correct it.')
}
