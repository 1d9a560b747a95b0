import { setImmediate } from 'node:timers/promises'
import { Alerting, type AlertSnapshot, type AlertSnapshotV2, type DetectorsSnapshot } from './alerts/alerting.ts'
import type { AlertDelivery, DeliveryCounts } from './alerts/delivery.ts'
import type { NotifyOptions } from './alerts/notify.ts'
import { reachOf } from './alerts/reach.ts'
import type { Silence } from './alerts/silence.ts'
import type { AlertSink } from './alerts/sinks/sink.ts'
import type { Alert, AlertRule, AlertState, AlertTransition } from './alerts/types.ts'
import { type Anomaly, findAnomalies, stretches } from './analysis.ts'
import type { AnomalyOptions } from './anomaly/detectors.ts'
import { MetricsCore } from './core.ts'
import { csvOf, csvSamples } from './export/csv.ts'
import { type ExpositionFormat, exposition } from './export/exposition.ts'
import { importSamples } from './export/import.ts'
import { jsonOf, jsonSamples, ndjsonOf, ndjsonSamples } from './export/json.ts'
import { type ExportRange, readSamples } from './export/samples.ts'
import type { MetricsAggregatorOptions } from './options.ts'
import { checkNumber, checkWindow } from './query/check.ts'
import { type SuccessWindow, windowShare, windowSuccess } from './query/window.ts'
import { type Reliability, reliabilityScore } from './reliability/reliability.ts'
import { type ErrorBudget, errorBudget } from './reliability/slo.ts'
import type { RestoredTotals } from './restore.ts'
import { type MetricSelector, selectorName } from './series/labels.ts'
import { analyseTrend, type TrendAnalysis, type TrendOptions } from './trend/trend.ts'

/** What a reliability score looks at. */
export interface ReliabilityQuery {
  /** Outcomes, as `recordOutcome` records them. */
  readonly success: MetricSelector
  /** Durations, and the one that is still good, in the metric's own unit. */
  readonly latency?: { readonly metric: MetricSelector; readonly objective: number }
  readonly windowMs: number
  /** Success rate that a period has to reach to count as stable, 0 to 1; default 0.99. */
  readonly successObjective?: number
  /** Periods that the window is cut into for the stability, 1 to 1,000; default 24. */
  readonly periods?: number
}

type Pieces = AsyncIterable<string> | Iterable<string>

/**
 * Records samples, answers questions about the last while from memory and about the past from a store, raises alerts,
 * finds anomalies and trends, and exports. `record()` buffers; `flush()` is what acknowledges.
 */
export class MetricsAggregator extends MetricsCore {
  readonly #alerting: Alerting

  /** @throws AnalyticsError `ANALYTICS_OPTION_INVALID` */
  constructor(options: MetricsAggregatorOptions = {}) {
    super(options)
    const { random = Math.random, alerts = {} } = options
    this.#alerting = new Alerting(this.registry, this.clock, random, alerts, this.report)
  }

  /**
   * Flushes every `flushMs` (default 1,000), evaluates alerts every `evaluateMs` where it is given, and prunes every
   * hour, until the disposal. Failures go to `onError`. Does not keep the process alive.
   * @throws AnalyticsError `ANALYTICS_OPTION_INVALID`
   */
  override start(options: { readonly flushMs?: number; readonly evaluateMs?: number } = {}): void {
    super.start(options)
    if (options.evaluateMs === undefined) return
    this.every(options.evaluateMs, () => {
      this.evaluateAlerts()
    })
  }

  /** As `MetricsCore.restore`, and as far back as the rules look: what counts and sums suffice for is among the totals. */
  override restore(sinceMs = 3_600_000, totals: RestoredTotals = { names: [], windowMs: 0 }): Promise<void> {
    const rules = reachOf(this.alertRules(), sinceMs)
    return super.restore(Math.max(sinceMs, rules.samplesMs), {
      names: [...new Set([...totals.names, ...rules.totals.names])],
      windowMs: Math.max(3_600_000, totals.windowMs, rules.totals.windowMs),
    })
  }

  /**
   * Adds a rule, or replaces the one with the same id and keeps the state of its alerts.
   * @throws AnalyticsError `ALERT_RULE_INVALID`
   */
  addAlertRule(rule: AlertRule): void {
    this.#alerting.addRule(rule)
  }

  /** Removes a rule and its alerts; false where there was none. */
  removeAlertRule(id: string): boolean {
    return this.#alerting.removeRule(id)
  }

  alertRules(): readonly AlertRule[] {
    return this.#alerting.rules()
  }

  /** Alerts that are pending, firing, or resolved not long ago. */
  alerts(filter?: { readonly state?: AlertState }): readonly Alert[] {
    return this.#alerting.alerts(filter)
  }

  /** Transitions of the past, newest first: a bounded number for each rule. */
  alertHistory(ruleId?: string): readonly AlertTransition[] {
    return this.#alerting.history(ruleId)
  }

  /** Evaluates every rule at `now` (default: the clock's), hands messages to the sinks, and returns what changed. */
  evaluateAlerts(now: number = this.clock.now()): readonly AlertTransition[] {
    this.recorder.settleAll()
    return this.#alerting.evaluate(now)
  }

  /** Replaces the sinks: what waits for one goes to the one that has its name then; where none has, it is lost, and told to be. */
  setAlertSinks(sinks: readonly AlertSink[]): void {
    this.#alerting.setSinks(sinks)
  }

  /** Replaces what decides when messages are sent, from the next evaluation on; what is left out is the default. */
  setAlertTiming(options: NotifyOptions): void {
    this.#alerting.setNotify(options)
  }

  /** Marks an open alert as taken on: it is not repeated any more. @throws AnalyticsError `ALERT_UNKNOWN` */
  acknowledgeAlert(id: string, by: string): Alert {
    return this.#alerting.acknowledge(id, by)
  }

  /** Holds back messages until the silence ends; replaces the one with its id. @throws AnalyticsError `ALERT_SILENCE_INVALID` */
  silenceAlerts(silence: Silence): void {
    this.#alerting.silence(silence)
  }

  /** Ends a silence; false where there was none. */
  endSilence(id: string): boolean {
    return this.#alerting.endSilence(id)
  }

  /** Those that have not ended; the next evaluation drops the others. */
  silences(): readonly Silence[] {
    return this.#alerting.silences()
  }

  /** Those that hold back the messages of an alert now. */
  silencesOf(alert: Alert): readonly Silence[] {
    return this.#alerting.silencesOf(alert)
  }

  /** What became of the messages: those on their way to a sink, then the last 200 that were delivered or lost, newest first. */
  alertDeliveries(): readonly AlertDelivery[] {
    return this.#alerting.deliveries()
  }

  /** Messages on their way, and how many were delivered and lost since the process began. */
  alertDeliveryCounts(): DeliveryCounts {
    return this.#alerting.deliveryCounts
  }

  /**
   * Resolves once every message of the evaluations so far is delivered or given up, which takes up to `giveUpMs` where a
   * sink is down: then with false after `patienceMs` (default: never).
   */
  async alertsDelivered(patienceMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    const settled = this.#alerting.settled().then(() => true)
    if (patienceMs === Number.POSITIVE_INFINITY) return settled
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const cancel = this.clock.wakeAt(this.clock.now() + patienceMs, () => resolve(false))
    return Promise.race([settled, promise]).finally(cancel)
  }

  /**
   * Alerts, silences, what was told and what is not at its sink yet, and history, as JSON. Store it with each transition
   * and each delivery (`onDelivery`), so that a restart loses none and tells none twice.
   */
  alertSnapshot(): AlertSnapshotV2 {
    return this.#alerting.snapshot()
  }

  /** Takes up a snapshot, also of an earlier version; add the rules as before, and before the next evaluation. @throws AnalyticsError `METRIC_IMPORT_INVALID` */
  restoreAlerts(snapshot: AlertSnapshot): void {
    this.#alerting.restore(snapshot)
  }

  /**
   * What the detectors of anomaly rules have learned, as JSON: about 16 kB a series, so store it now and then and at the
   * end, not with each transition.
   */
  detectorSnapshot(): DetectorsSnapshot {
    return this.#alerting.detectorSnapshot()
  }

  /** Spares the detectors their warm-up after a restart; before the next evaluation. @throws AnalyticsError `METRIC_IMPORT_INVALID` */
  restoreDetectors(snapshot: DetectorsSnapshot): void {
    this.#alerting.restoreDetectors(snapshot)
  }

  /**
   * The unusual samples of the last `windowMs` in memory. The detector learns from everything older that memory holds.
   * @throws AnalyticsError `ANALYTICS_OPTION_INVALID`, `METRIC_QUERY_INVALID`
   */
  detectAnomalies(metric: MetricSelector, windowMs: number, options: AnomalyOptions = {}): readonly Anomaly[] {
    checkWindow(windowMs)
    return findAnomalies(this.select(metric), this.clock.now() - windowMs, options)
  }

  /**
   * Direction, moving averages, change points and a forecast over the last `windowMs` in memory, from the means of
   * `points` (8 to 2,000, default 120) stretches of equal length. Undefined where fewer than 8 of them hold samples. Samples that are
   * no longer in memory count by the minute or hour that they came in; `complete` is false where some are not known at all.
   * @throws AnalyticsError `METRIC_QUERY_INVALID`
   */
  getTrendAnalysis(
    metric: MetricSelector,
    windowMs: number,
    options: TrendOptions & { readonly points?: number } = {},
  ): (TrendAnalysis & { readonly complete: boolean }) | undefined {
    const now = this.clock.now()
    const { points: count = 120 } = options
    checkWindow(windowMs)
    checkNumber('points', count, { least: 8, most: 2_000, whole: true })
    const { points, complete } = stretches(this.select(metric), now - windowMs, now, count)
    const known = this.registry.coverage.since(selectorName(metric)) <= now - windowMs
    const found = analyseTrend(points, options)
    return found && { ...found, complete: complete && known }
  }

  /**
   * 0 to 100, and the parts it is made of; see `reliabilityScore` for the formula.
   * @throws AnalyticsError `METRIC_QUERY_INVALID`
   */
  getReliability(query: ReliabilityQuery): Reliability & { readonly complete: boolean } {
    const now = this.clock.now()
    const { windowMs, latency, successObjective = 0.99, periods = 24 } = query
    checkWindow(windowMs)
    checkNumber('successObjective', successObjective, { least: 0, most: 1 })
    checkNumber('periods', periods, { least: 1, most: 1_000, whole: true })
    if (latency !== undefined) checkNumber('latency.objective', latency.objective, { least: -Number.MAX_VALUE })
    const outcomes = this.select(query.success)
    const rates: number[] = []
    for (let i = 0; i < periods; i += 1) {
      const until = now - (windowMs / periods) * i
      const { value } = windowSuccess(outcomes, until - windowMs / periods, until)
      if (value !== undefined) rates.push(value)
    }
    const stable = rates.filter((rate) => rate >= successObjective).length
    const success = this.getSuccess(query.success, windowMs)
    const within = latency && this.#within(latency.metric, latency.objective, now - windowMs, now)
    return {
      ...reliabilityScore({
        availability: success.rate,
        latency: within?.share,
        stability: rates.length === 0 ? undefined : stable / rates.length,
      }),
      complete: success.complete && (within?.complete ?? true),
    }
  }

  /** What an objective on outcomes allows over the last `windowMs`, and what is left. @throws AnalyticsError `SLO_INVALID`, `METRIC_QUERY_INVALID` */
  getErrorBudget(
    metric: MetricSelector,
    objective: number,
    windowMs: number,
  ): ErrorBudget & Pick<SuccessWindow, 'since' | 'complete'> {
    const { successes, total, since, complete } = this.getSuccess(metric, windowMs)
    return { ...errorBudget(objective, successes, total), since, complete }
  }

  /** The raw samples of a range as CSV, in pieces; flushes first. Columns: timestamp, name, labels (JSON), value. */
  async *exportCsv(range: ExportRange = {}): AsyncGenerator<string> {
    await this.flush()
    yield* csvOf(readSamples(this.options.store, range))
  }

  /** The raw samples of a range as one JSON document, in pieces; flushes first. */
  async *exportJson(range: ExportRange = {}): AsyncGenerator<string> {
    await this.flush()
    yield* jsonOf(readSamples(this.options.store, range))
  }

  /** The raw samples of a range as one JSON object a line, in pieces; flushes first. */
  async *exportNdjson(range: ExportRange = {}): AsyncGenerator<string> {
    await this.flush()
    yield* ndjsonOf(readSamples(this.options.store, range))
  }

  /**
   * Takes back what an export of the same format wrote, in pieces of any length, in constant memory (of JSON, one object of
   * `series` is held at a time; an export writes a block of samples into each).
   * Goes to the store and the rollups, not to memory. @returns How many samples were taken.
   * @throws AnalyticsError `METRIC_IMPORT_INVALID`, and as `record` for what no metric may be
   */
  async import(format: 'csv' | 'json' | 'ndjson', pieces: Pieces): Promise<number> {
    const samples = { csv: csvSamples, json: jsonSamples, ndjson: ndjsonSamples }[format](pieces)
    await this.flush()
    return importSamples(samples, {
      limits: this.options.limits,
      latest: this.clock.now() + this.options.futureMs,
      store: this.options.store,
      registry: this.registry,
      closedUntil: () => this.recorder.closedUntil,
    })
  }

  /** Every series in memory for a scraper, in pieces; the event loop is free between two of them. */
  async *exposition(format: ExpositionFormat = 'prometheus'): AsyncGenerator<string> {
    this.recorder.drainAll()
    let first = true
    for (const piece of exposition(this.registry, format)) {
      if (!first) await setImmediate()
      first = false
      yield piece
    }
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    try {
      await super[Symbol.asyncDispose]()
    } finally {
      await this.#alerting[Symbol.asyncDispose]()
    }
  }

  #within(metric: MetricSelector, objective: number, after: number, until: number) {
    const found = windowShare(this.select(metric), after, until, objective)
    return { ...found, complete: found.complete && this.registry.coverage.since(selectorName(metric)) <= after }
  }
}
