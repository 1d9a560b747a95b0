import type { Clock } from '../clock.ts'
import { AnalyticsError } from '../errors.ts'
import type { LabelLimits } from '../series/labels.ts'
import type { SeriesRegistry } from '../series/registry.ts'
import {
  type AlertDelivery,
  Delivery,
  type DeliveryCounts,
  type DeliveryTiming,
  type PendingMessage,
} from './delivery.ts'
import { AlertEngine, type AlertEngineOptions, type SilenceMemory } from './engine.ts'
import type { DetectorMemory } from './kinds/watched.ts'
import type { AlertMemory } from './machine.ts'
import { type NotifyMemory, type NotifyOptions, nothingTold, notifications, type Told } from './notify.ts'
import { checkSilence, holdsBack, type Silence } from './silence.ts'
import type { AlertSink } from './sinks/sink.ts'
import type { Alert, AlertRule, AlertState, AlertTransition } from './types.ts'

export interface AlertingOptions extends AlertEngineOptions, NotifyOptions, DeliveryTiming {
  readonly sinks?: readonly AlertSink[]
  /** Told of each message that a sink took, and of each that was lost. */
  readonly onDelivery?: (delivery: AlertDelivery) => void
}

/** What earlier versions of this package stored; still taken up. */
export interface AlertSnapshotV1 {
  readonly version: 1
  readonly alerts: readonly AlertMemory[]
  readonly told: readonly Told[]
  readonly silences: readonly Silence[]
  readonly history: readonly AlertTransition[]
}

export interface AlertSnapshotV2 extends Omit<AlertSnapshotV1, 'version'> {
  readonly version: 2
  /** Since when what absence rules watch is silent. */
  readonly absences: readonly SilenceMemory[]
  /** Messages that are not at their sink yet. */
  readonly messages: readonly PendingMessage[]
}

/** All that has to survive a restart, as plain JSON. */
export type AlertSnapshot = AlertSnapshotV1 | AlertSnapshotV2

/** What the detectors of anomaly rules have learned, as plain JSON. */
export interface DetectorsSnapshot {
  readonly version: 1
  readonly detectors: readonly DetectorMemory[]
}

/** Rules, the state of their alerts, silences, and who is told of them. */
export class Alerting implements AsyncDisposable {
  readonly #clock: Clock
  #notify: NotifyOptions
  readonly #engine: AlertEngine
  readonly #delivery: Delivery
  readonly #random: () => number
  readonly #limits: LabelLimits
  #messages = 0
  #silences: Silence[] = []
  #told: NotifyMemory = nothingTold

  constructor(
    registry: SeriesRegistry,
    clock: Clock,
    random: () => number,
    options: AlertingOptions,
    onError: (error: AnalyticsError) => void,
  ) {
    this.#clock = clock
    this.#random = random
    this.#notify = options
    this.#limits = registry.limits
    this.#engine = new AlertEngine(registry, options)
    const { sinks = [], onDelivery = () => undefined } = options
    this.#delivery = new Delivery({ ...options, clock, sinks, random, onError, onDelivery })
  }

  setSinks(sinks: readonly AlertSink[]): void {
    this.#delivery.setSinks(sinks)
  }

  setNotify(options: NotifyOptions): void {
    this.#notify = options
  }

  addRule(rule: AlertRule): void {
    this.#engine.addRule(rule, this.#clock.now())
  }

  removeRule(id: string): boolean {
    return this.#engine.removeRule(id)
  }

  rules(): readonly AlertRule[] {
    return this.#engine.rules()
  }

  alerts(filter?: { readonly state?: AlertState }): readonly Alert[] {
    return this.#engine.alerts(filter)
  }

  history(ruleId?: string): readonly AlertTransition[] {
    return this.#engine.history(ruleId)
  }

  acknowledge(id: string, by: string): Alert {
    return this.#engine.acknowledge(id, by, this.#clock.now())
  }

  evaluate(now: number): readonly AlertTransition[] {
    const transitions = this.#engine.evaluate(now)
    this.#silences = this.#silences.filter(({ endsAt }) => endsAt > now)
    const alerts = this.#engine.alerts()
    const { told } = this.#told
    const { memory, due } = notifications(this.#told, alerts, this.#silences, now, this.#notify)
    this.#told = memory
    for (const { gravest, ...notification } of due) {
      this.#delivery.deliver({ id: this.#messageId(now), ...notification }, gravest)
    }
    this.#delivery.refresh(
      alerts.filter(({ id, state }) => state === 'firing' && told.has(id)),
      now,
    )
    return transitions
  }

  /** What became of the messages: those under way, then those that ended lately. */
  deliveries(): readonly AlertDelivery[] {
    return this.#delivery.list()
  }

  get deliveryCounts(): DeliveryCounts {
    return this.#delivery.counts
  }

  silence(silence: Silence): void {
    checkSilence(silence, this.#limits)
    this.#silences = [...this.#silences.filter(({ id }) => id !== silence.id), structuredClone(silence)]
  }

  endSilence(id: string): boolean {
    const before = this.#silences.length
    this.#silences = this.#silences.filter((silence) => silence.id !== id)
    return this.#silences.length < before
  }

  silences(): readonly Silence[] {
    return this.#silences
  }

  silencesOf(alert: Alert): readonly Silence[] {
    const now = this.#clock.now()
    return this.#silences.filter((silence) => holdsBack(silence, alert, now))
  }

  settled(): Promise<void> {
    return this.#delivery.settled()
  }

  snapshot(): AlertSnapshotV2 {
    return {
      version: 2,
      alerts: this.#engine.memories(),
      told: [...this.#told.told.values()],
      silences: this.#silences,
      history: this.#engine.history(),
      absences: this.#engine.silenceMemories(this.#clock.now()),
      messages: this.#delivery.pending(),
    }
  }

  detectorSnapshot(): DetectorsSnapshot {
    return { version: 1, detectors: this.#engine.detectorMemories() }
  }

  restoreDetectors(snapshot: DetectorsSnapshot): void {
    if (snapshot.version !== 1 || !Array.isArray(snapshot.detectors)) {
      throw new AnalyticsError(
        'METRIC_IMPORT_INVALID',
        'This is no snapshot of detectors that this version can read.',
        'Give what detectorSnapshot() returned, unchanged, or let them learn anew.',
      )
    }
    this.#engine.restoreDetectors(snapshot.detectors)
  }

  restore(snapshot: AlertSnapshot): void {
    const known: readonly number[] = [1, 2]
    if (!known.includes(snapshot.version) || !Array.isArray(snapshot.alerts)) {
      throw new AnalyticsError(
        'METRIC_IMPORT_INVALID',
        'This is no snapshot of alerts that this version can read.',
        'Give what alertSnapshot() returned, unchanged.',
      )
    }
    const { absences, messages } = snapshot.version === 1 ? { absences: [], messages: [] } : snapshot
    this.#engine.restore(snapshot.alerts, snapshot.history, absences, this.#clock.now())
    this.#told = { told: new Map(snapshot.told.map((told) => [told.alert.id, told])), waiting: new Map() }
    this.#silences = [...snapshot.silences]
    this.#delivery.restore(messages)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#delivery[Symbol.asyncDispose]()
  }

  #messageId(now: number): string {
    this.#messages += 1
    return `${now.toString(36)}-${this.#messages.toString(36)}-${Math.floor(this.#random() * 2 ** 32).toString(36)}`
  }
}
