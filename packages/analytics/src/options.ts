import type { AlertingOptions } from './alerts/alerting.ts'
import { type Clock, systemClock } from './clock.ts'
import { AnalyticsError } from './errors.ts'
import { defaultLabelLimits } from './series/labels.ts'
import type { SeriesLimitSignal, SeriesLimits } from './series/registry.ts'
import { MemoryMetricStore } from './store/memory-store.ts'
import type { MetricStore } from './store/metric-store.ts'

/** How long each tier is kept in the store, ms. */
export interface Retention {
  /** Default 86,400,000 (1 day). */
  readonly rawMs: number
  /** Default 2,592,000,000 (30 days). */
  readonly minuteMs: number
  /** Default 34,560,000,000 (400 days). */
  readonly hourMs: number
}

/** Bounds of memory; see `SeriesLimits`. */
export interface MetricsLimits extends SeriesLimits {
  /** Bytes that wait for a store that fails; beyond it the oldest are dropped and counted. Default 67,108,864 (64 MiB). */
  readonly backlogBytes: number
}

export interface MetricsAggregatorOptions {
  readonly clock?: Clock
  /** Where samples go at each flush; default: a store in memory, of 64 MiB at most. */
  readonly store?: MetricStore
  readonly retention?: Partial<Retention>
  readonly limits?: Partial<MetricsLimits>
  /** Samples older than this are dropped and counted (`stats().dropped.stale`), ms; default 120,000. */
  readonly lateMs?: number
  /** Samples further ahead than this are dropped and counted (`stats().dropped.future`), ms; default 60,000. */
  readonly futureMs?: number
  /** A series without a sample for this long is dropped from memory (not from the store), ms; default 21,600,000 (6 h). */
  readonly staleMs?: number
  /** Buffered samples that start a flush by themselves; default 1,000. */
  readonly flushSamples?: number
  /** Who is told of alerts, and when. */
  readonly alerts?: AlertingOptions
  /** Draws from [0, 1); spreads retries. */
  readonly random?: () => number
  /** Told once per metric when its label sets no longer fit and share an overflow series. */
  readonly onSignal?: (signal: SeriesLimitSignal) => void
  /** Told when a flush that nobody awaits has failed; its samples are kept. */
  readonly onError?: (error: AnalyticsError) => void
}

export interface ResolvedOptions {
  readonly clock: Clock
  readonly store: MetricStore
  readonly retention: Retention
  readonly limits: MetricsLimits
  readonly lateMs: number
  readonly futureMs: number
  readonly flushSamples: number
  readonly staleMs: number
}

const dayMs = 86_400_000

/** @throws AnalyticsError `ANALYTICS_OPTION_INVALID` */
export function resolveOptions(options: MetricsAggregatorOptions): ResolvedOptions {
  const limits: MetricsLimits = {
    ...defaultLabelLimits,
    series: 10_000,
    samplesPerSeries: 4_096,
    samples: 4_000_000,
    backlogBytes: 67_108_864,
    ...options.limits,
  }
  const retention: Retention = { rawMs: dayMs, minuteMs: 30 * dayMs, hourMs: 400 * dayMs, ...options.retention }
  const { lateMs = 120_000, futureMs = 60_000, flushSamples = 1_000, staleMs = 21_600_000 } = options
  const positive: Record<string, number> = { ...limits, ...retention, flushSamples, staleMs }
  for (const [name, value] of Object.entries(positive)) {
    if (!(value >= 1)) throw badOption(name, value, 'a number of at least 1')
  }
  for (const [name, value] of Object.entries({ lateMs, futureMs })) {
    if (!(value >= 0)) throw badOption(name, value, 'milliseconds of at least 0')
  }
  const { samplesPerSeries } = limits
  if (!Number.isInteger(Math.log2(samplesPerSeries)) || samplesPerSeries > 2 ** 26) {
    throw badOption('samplesPerSeries', samplesPerSeries, 'a power of two, at most 67,108,864')
  }
  return {
    clock: options.clock ?? systemClock,
    store: options.store ?? new MemoryMetricStore(),
    retention,
    limits,
    lateMs,
    futureMs,
    flushSamples,
    staleMs,
  }
}

export function badOption(name: string, value: number, wanted: string): AnalyticsError {
  return new AnalyticsError('ANALYTICS_OPTION_INVALID', `The option ${name} is ${value}.`, `Give ${wanted}.`)
}
