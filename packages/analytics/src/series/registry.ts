import { AnalyticsError } from '../errors.ts'
import { Coverage } from './coverage.ts'
import { canonicalLabels, checkName, type LabelLimits, type Labels, labelsMatch, seriesKey } from './labels.ts'
import { pastSamples } from './past.ts'
import { LabelPaths, type PathCount } from './paths.ts'
import { SampleBudget } from './ring.ts'
import { type MetricDefinition, type MetricKind, Series } from './series.ts'

/** Bounds of memory. All of them are counts. */
export interface SeriesLimits extends LabelLimits {
  /** Series at most; further label sets of a known metric share its series `{overflow="true"}`. */
  readonly series: number
  /** Samples one series keeps in memory, a power of two. */
  readonly samplesPerSeries: number
  /** Samples that all series keep in memory together; 16 bytes each. */
  readonly samples: number
}

/** What the registry has to say once per metric. */
export interface SeriesLimitSignal {
  readonly type: 'series-limit'
  readonly name: string
  readonly limit: number
}

/** The labels that take what no longer fits. */
export const overflowLabels: Labels = Object.freeze({ overflow: 'true' })

interface Metric {
  readonly name: string
  readonly definition: MetricDefinition
  readonly kind: MetricKind
  readonly series: Map<string, Series>
  readonly paths: LabelPaths
  signalled: boolean
}

/** All series in memory, found by name and labels. */
export class SeriesRegistry {
  readonly #metrics = new Map<string, Metric>()
  readonly limits: SeriesLimits
  readonly #signal: (signal: SeriesLimitSignal) => void
  readonly #onCreate: (series: Series) => void
  readonly budget: SampleBudget
  /** Since when memory knows of every sample; nothing was lost unless somebody says so. */
  readonly coverage = new Coverage(Number.NEGATIVE_INFINITY)
  /** Who records one metric records it again. */
  #latest: Metric | undefined
  #count = 0
  readonly #paths: PathCount = { steps: 0 }
  /** Samples that went to an overflow series instead of their own. */
  overflowed = 0

  constructor(
    limits: SeriesLimits,
    signal: (signal: SeriesLimitSignal) => void,
    onCreate: (series: Series) => void = () => undefined,
  ) {
    this.limits = limits
    this.#signal = signal
    this.#onCreate = onCreate
    this.budget = new SampleBudget(limits.samples)
  }

  /** Series in memory, the overflow series included. */
  get count(): number {
    return this.#count
  }

  /** @throws AnalyticsError `METRIC_NAME_INVALID`, `METRIC_KIND_CONFLICT`, `ANALYTICS_OPTION_INVALID` */
  define(name: string, definition: MetricDefinition): void {
    checkName(name, this.limits)
    checkBuckets(name, definition.buckets)
    const known = this.#metrics.get(name)
    const joined = { ...known?.definition, ...definition }
    const kind = joined.kind ?? 'gauge'
    const list = [...(known?.series.values() ?? [])]
    const other = known?.kind !== kind || String(known.definition.buckets) !== String(joined.buckets)
    if (other && list.some((series) => series.used)) {
      throw new AnalyticsError(
        'METRIC_KIND_CONFLICT',
        `The metric ${name} is a ${known?.kind} and has samples; it cannot change its kind or its buckets.`,
        'Define a metric before its first sample, or use another name.',
      )
    }
    // Series that were only loaded from the store take on what the program now says of them.
    if (other) for (const series of list) series.become(kind, joined.buckets)
    this.#latest = undefined
    this.#metrics.set(name, {
      name,
      definition: { ...joined, kind },
      kind,
      series: known?.series ?? new Map(),
      paths: known?.paths ?? new LabelPaths(this.#paths),
      signalled: known?.signalled ?? false,
    })
  }

  definition(name: string): MetricDefinition | undefined {
    return this.#metrics.get(name)?.definition
  }

  /**
   * The series of this name and these labels, made where it is new.
   * Undefined where the limit leaves room for neither it nor an overflow series.
   * @throws AnalyticsError `METRIC_NAME_INVALID`, `METRIC_LABELS_INVALID`
   */
  resolve(name: string, labels: Labels | undefined): Series | undefined {
    let metric = this.#latest
    if (metric === undefined || metric.name !== name) {
      metric = this.#metrics.get(name)
      this.#latest = metric
    }
    return metric?.paths.find(labels) ?? this.#resolveSlowly(name, labels)
  }

  /** As `resolve`, but makes none. @throws AnalyticsError `METRIC_NAME_INVALID`, `METRIC_LABELS_INVALID` */
  known(name: string, labels: Labels | undefined): Series | undefined {
    checkName(name, this.limits)
    const key = seriesKey(name, canonicalLabels(labels, this.limits))
    return this.#metrics.get(name)?.series.get(key)
  }

  /** As `resolve`, but never an overflow series in the place of another: undefined where there is no room for its own. */
  own(name: string, labels: Labels): Series | undefined {
    return this.known(name, labels) ?? (this.#count < this.limits.series ? this.resolve(name, labels) : undefined)
  }

  /** The series of this name that have these labels, among others. */
  select(name: string, labels: Labels | undefined): Series[] {
    const metric = this.#metrics.get(name)
    if (metric === undefined) return []
    const found: Series[] = []
    for (const series of metric.series.values()) if (labelsMatch(series.labels, labels)) found.push(series)
    return found
  }

  *all(): Generator<Series> {
    for (const metric of this.#metrics.values()) yield* metric.series.values()
  }

  names(): string[] {
    return [...this.#metrics.keys()]
  }

  /** Forgets a series; its memory is free again. */
  drop(series: Series): void {
    const metric = this.#metrics.get(series.name)
    if (metric?.series.get(series.key) !== series) return
    metric.series.delete(series.key)
    // Paths are found again by the slow way; clearing all of them keeps none that leads to the dropped series.
    metric.paths.forget()
    series.dropped = true
    series.ring.release()
    if (series.past !== undefined) this.budget.give(pastSamples)
    this.coverage.lose(series.name, series.lastAt)
    this.#count -= 1
    if (metric.series.size === 0 && Object.keys(metric.definition).length === 0) {
      this.#metrics.delete(series.name)
      this.#latest = undefined
    }
  }

  #resolveSlowly(name: string, labels: Labels | undefined): Series | undefined {
    checkName(name, this.limits)
    const canonical = canonicalLabels(labels, this.limits)
    const key = seriesKey(name, canonical)
    const known = this.#metrics.get(name)?.series.get(key)
    if (known !== undefined) {
      this.#learn(name, labels, known)
      return known
    }
    if (this.#count < this.limits.series) {
      const series = this.#create(name, canonical, key)
      this.#learn(name, labels, series)
      return series
    }
    return this.#overflow(name)
  }

  #overflow(name: string): Series | undefined {
    const metric = this.#metrics.get(name)
    if (metric === undefined || metric.series.size === 0) return undefined
    this.overflowed += 1
    if (!metric.signalled) {
      metric.signalled = true
      this.#signal({ type: 'series-limit', name, limit: this.limits.series })
    }
    const key = seriesKey(name, overflowLabels)
    return metric.series.get(key) ?? this.#create(name, overflowLabels, key)
  }

  #create(name: string, labels: Labels, key: string): Series {
    let metric = this.#metrics.get(name)
    if (metric === undefined) {
      metric = {
        name,
        definition: {},
        kind: 'gauge',
        series: new Map(),
        paths: new LabelPaths(this.#paths),
        signalled: false,
      }
      this.#metrics.set(name, metric)
    }
    const series = new Series({
      name,
      labels,
      key,
      kind: metric.kind,
      buckets: metric.definition.buckets,
      limit: this.limits.samplesPerSeries,
      budget: this.budget,
    })
    metric.series.set(key, series)
    this.#count += 1
    this.#onCreate(series)
    return series
  }

  /** Remembers the path of these labels as they were written, so that the next call builds no key. */
  #learn(name: string, labels: Labels | undefined, series: Series): void {
    // A caller who writes the same labels in many orders must not fill the memory with paths.
    if (this.#paths.steps > this.limits.series * 8) for (const { paths } of this.#metrics.values()) paths.forget()
    this.#metrics.get(name)?.paths.learn(labels, series)
  }
}

function checkBuckets(name: string, buckets: readonly number[] | undefined): void {
  const ascending = buckets?.every(
    (bound, i) => Number.isFinite(bound) && (i === 0 || bound > (buckets[i - 1] as number)),
  )
  if (buckets === undefined || (ascending && buckets.length > 0 && buckets.length <= 200)) return
  throw new AnalyticsError(
    'ANALYTICS_OPTION_INVALID',
    `The buckets of ${name} are no ascending finite bounds.`,
    'Give 1 to 200 numbers, each greater than the one before.',
  )
}
