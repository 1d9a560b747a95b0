import type { Clock } from './clock.ts'
import { AnalyticsError } from './errors.ts'
import { badOption, type MetricsAggregatorOptions, type ResolvedOptions, resolveOptions } from './options.ts'
import { checkWindow } from './query/check.ts'
import { type MetricQuery, type QueryResult, runQuery } from './query/query.ts'
import type { WindowStats } from './query/statistics.ts'
import type { MemoryCoverage, SuccessWindow } from './query/window.ts'
import { windowStats, windowTotals } from './query/window.ts'
import { type DropCounts, Recorder } from './recorder.ts'
import { type RestoredTotals, restore } from './restore.ts'
import { type Labels, type MetricSelector, selectorLabels, selectorName } from './series/labels.ts'
import { SeriesRegistry } from './series/registry.ts'
import type { MetricDefinition, MetricKind, Series } from './series/series.ts'
import { Compaction } from './store/compaction.ts'

export interface RecordOptions {
  readonly labels?: Labels
  /** Epoch ms, cut to whole ones; default: now. */
  readonly at?: number
}

/** A series looked up once: the fast way to record. Made by `bind()`. */
export interface MetricHandle {
  /** As `MetricsAggregator.record`. */
  record(value: number, at?: number): boolean
}

/** A series in memory. */
export interface SeriesInfo {
  readonly name: string
  readonly labels: Labels
  readonly kind: MetricKind
  /** As it was defined. */
  readonly unit?: string
  /** Time of its newest sample, epoch ms. */
  readonly lastAt: number
  readonly lastValue: number
}

export interface AggregatorStats {
  readonly series: number
  /** Samples for which memory is reserved, 16 bytes each. */
  readonly samplesReserved: number
  /** Samples that no successful flush has covered yet. */
  readonly pending: number
  readonly dropped: Readonly<DropCounts>
  /** Samples that went to an overflow series instead of their own. */
  readonly overflowed: number
}

/** Recording, storing and asking: what everything else builds on. */
export abstract class MetricsCore implements AsyncDisposable {
  protected readonly options: ResolvedOptions
  protected readonly clock: Clock
  protected readonly registry: SeriesRegistry
  protected readonly recorder: Recorder
  protected readonly report: (error: unknown) => void
  readonly #compaction: Compaction
  readonly #stops = new Set<() => void>()
  #closed = false

  constructor(options: MetricsAggregatorOptions) {
    this.options = resolveOptions(options)
    this.clock = this.options.clock
    this.registry = new SeriesRegistry(this.options.limits, options.onSignal ?? (() => undefined))
    // A store that was given may hold samples from before; `restore()` finds out.
    if (options.store !== undefined) this.registry.coverage.knownSince = this.clock.now()
    const onError = options.onError ?? (() => undefined)
    this.report = (error) => {
      if (error instanceof AnalyticsError) onError(error)
    }
    this.#compaction = new Compaction(this.options)
    this.recorder = new Recorder({
      ...this.options,
      registry: this.registry,
      backlogBytes: this.options.limits.backlogBytes,
      onError: this.report,
    })
  }

  /**
   * Says what a metric is; a metric that was never defined is a gauge.
   * @throws AnalyticsError `METRIC_NAME_INVALID`, `METRIC_KIND_CONFLICT`, `ANALYTICS_OPTION_INVALID`
   */
  define(name: string, definition: MetricDefinition): void {
    this.registry.define(name, definition)
  }

  /**
   * Takes one sample: for a counter the amount that it grows by, else the value.
   * False where the sample was dropped and counted (too old, too far ahead, beyond the series limit).
   * @throws AnalyticsError `METRIC_VALUE_INVALID`, `METRIC_NAME_INVALID`, `METRIC_LABELS_INVALID`, `METRIC_TIME_INVALID`
   */
  record(name: string, value: number, options?: RecordOptions): boolean {
    if (this.#closed) throw closed()
    const { recorder, registry } = this
    if (!recorder.accepts(name, value, options?.at)) return false
    return recorder.record(registry.resolve(name, options?.labels), value, options?.at)
  }

  /** Records 1 for a success and 0 for a failure: what `getSuccessRate` reads. */
  recordOutcome(name: string, success: boolean, options?: RecordOptions): boolean {
    return this.record(name, success ? 1 : 0, options)
  }

  /** A handle on one series, for hot paths. The series is made with its first sample. @throws as `record` */
  bind(name: string, labels?: Labels): MetricHandle {
    const { registry, recorder } = this
    let series = registry.known(name, labels)
    return {
      record: (value, at) => {
        if (this.#closed) throw closed()
        if (!recorder.accepts(name, value, at)) return false
        if (series === undefined || series.dropped) series = registry.resolve(name, labels)
        return recorder.record(series, value, at)
      },
    }
  }

  /**
   * Statistics of the samples with `now - windowMs < at <= now`, all matching series together, from memory. Of windows up to
   * an hour whose samples are no longer all there, from whole minutes rolled up (`source`). `complete` is false where
   * memory does not know all of the window. @throws AnalyticsError `METRIC_QUERY_INVALID`
   */
  window(metric: MetricSelector, windowMs: number, now: number = this.clock.now()): WindowStats {
    checkWindow(windowMs)
    const known = this.registry.coverage.since(selectorName(metric))
    return windowStats(this.select(metric), now - windowMs, now, known)
  }

  /**
   * Share of successes in the last `windowMs`, from 0 to 1: a sample above 0 is a success, one of 0 (or below) is a
   * failure. Record with `recordOutcome`. Undefined where there is no sample. `getSuccess` says whether it is of the
   * whole window. @throws AnalyticsError `METRIC_QUERY_INVALID`
   */
  getSuccessRate(metric: MetricSelector, windowMs: number, now: number = this.clock.now()): number | undefined {
    return this.getSuccess(metric, windowMs, now).rate
  }

  /**
   * Successes of the last `windowMs`, counted exactly over up to 32 days. Where the samples themselves are no longer in
   * memory, the window begins with the whole minute, or beyond a day hour, in which its beginning lies: see `since`.
   * @throws AnalyticsError `METRIC_QUERY_INVALID`
   */
  getSuccess(metric: MetricSelector, windowMs: number, now: number = this.clock.now()): SuccessWindow {
    checkWindow(windowMs)
    const known = this.registry.coverage.since(selectorName(metric))
    const found = windowTotals(this.select(metric), now - windowMs, now)
    const { successes, count: total } = found
    const complete = found.complete && now - windowMs >= known
    const since = complete ? found.since : Math.max(found.since, known)
    return { rate: total === 0 ? undefined : successes / total, successes, total, since, complete }
  }

  /** Since when memory holds every sample of a metric, and since when it knows their totals. */
  coverage(metric: MetricSelector): MemoryCoverage {
    const known = this.registry.coverage.since(selectorName(metric))
    const list = this.select(metric)
    return {
      samplesSince: Math.max(known, ...list.map(({ ring }) => ring.knownSince)),
      totalsSince: Math.max(known, ...list.map(({ ring, past }) => past?.knownSince ?? ring.knownSince)),
    }
  }

  /** Series in memory, or those of one selector. */
  series(metric?: MetricSelector): readonly SeriesInfo[] {
    const list = metric === undefined ? [...this.registry.all()] : this.select(metric)
    return list.flatMap(({ name, labels, kind, lastAt, lastValue }) => {
      const unit = this.registry.definition(name)?.unit
      return lastValue === undefined ? [] : [{ name, labels, kind, ...(unit && { unit }), lastAt, lastValue }]
    })
  }

  stats(): AggregatorStats {
    return {
      series: this.registry.count,
      samplesReserved: this.registry.budget.used,
      pending: this.recorder.pending,
      dropped: { ...this.recorder.dropped },
      overflowed: this.registry.overflowed,
    }
  }

  /**
   * Resolves once everything recorded before the call is in the store.
   * @throws AnalyticsError `METRIC_FLUSH_FAILED`; the samples are kept for the next flush
   */
  flush(): Promise<void> {
    return this.recorder.flush()
  }

  /**
   * Answers over everything stored, from the tier that suffices; flushes first, so that nothing recorded is missing.
   * @throws AnalyticsError `METRIC_QUERY_INVALID`, `METRIC_FLUSH_FAILED`
   */
  async query(query: MetricQuery): Promise<readonly QueryResult[]> {
    await this.flush()
    const now = this.clock.now()
    return runQuery(this.options.store, query, {
      closedUntil: this.recorder.closedUntil,
      rawSince: now - this.options.retention.rawMs,
      minutesSince: now - this.options.retention.minuteMs,
      now,
    })
  }

  /**
   * Loads the stored samples of the last `sinceMs` (default 1 h) into memory, so that windows and alerts go on after a
   * restart, and takes up the minutes that were not over. Of `totals.names` it also loads what the samples of the last
   * `totals.windowMs` (up to 32 days) amount to. Call it before the first `record()`.
   */
  restore(sinceMs = 3_600_000, totals: RestoredTotals = { names: [], windowMs: 0 }): Promise<void> {
    return restore({
      totals,
      store: this.options.store,
      registry: this.registry,
      recorder: this.recorder,
      now: this.clock.now(),
      sinceMs,
      rawMs: this.options.retention.rawMs,
    })
  }

  /** Deletes from the store what is older than the retention, in small batches. */
  async prune(now: number = this.clock.now()): Promise<void> {
    const { rawMs, minuteMs, hourMs } = this.options.retention
    for (const [tier, keepMs] of [
      ['raw', rawMs],
      ['1m', minuteMs],
      ['1h', hourMs],
    ] as const) {
      while ((await this.options.store.prune(tier, now - keepMs, 1_000)) === 1_000);
    }
  }

  /**
   * Lets the many small blocks that flushes left become few, where the store can: of what is over, once. Answers stay the
   * same. @returns How many blocks there are less.
   */
  compact(now: number = this.clock.now()): Promise<number> {
    return this.#compaction.run(now)
  }

  /**
   * Flushes every `flushMs` (default 1,000), prunes and compacts every hour until the aggregator is disposed
   * of. Failures go to `onError`. Does not keep the process alive.
   */
  start(options: { readonly flushMs?: number } = {}): void {
    if (this.#closed) throw closed()
    this.every(options.flushMs ?? 1_000, () => this.flush())
    this.every(3_600_000, async () => {
      await this.prune()
      await this.compact()
    })
  }

  /** Stops and flushes; afterwards recording is refused with `ANALYTICS_CLOSED`. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const stop of this.#stops) stop()
    this.#stops.clear()
    this.#closed = true
    await this.flush()
  }

  /** Does something again and again until the disposal. */
  protected every(ms: number, work: () => void | Promise<void>): void {
    if (!(ms >= 1)) throw badOption('interval', ms, 'milliseconds of at least 1')
    let cancel = (): void => undefined
    let stopped = false
    const arm = (): void => {
      if (stopped) return
      cancel = this.clock.wakeAt(this.clock.now() + ms, () => {
        // Not before the last time has ended: a slow store is not met with ever more work.
        new Promise<void>((resolve) => resolve(work())).catch(this.report).finally(arm)
      })
    }
    arm()
    this.#stops.add(() => {
      stopped = true
      cancel()
    })
  }

  /** The series of a selector, with counters' totals up to date. */
  protected select(metric: MetricSelector): Series[] {
    const list = this.registry.select(selectorName(metric), selectorLabels(metric))
    for (const series of list) this.recorder.settle(series)
    return list
  }
}

function closed(): AnalyticsError {
  return new AnalyticsError(
    'ANALYTICS_CLOSED',
    'The aggregator was disposed of and takes no more samples.',
    'Record before the disposal, or make a new aggregator.',
  )
}
