import type { Clock } from '../clock.ts'
import { AnalyticsError } from '../errors.ts'
import type { SeriesRegistry } from '../series/registry.ts'
import { Delivery } from './delivery.ts'
import { AlertEngine, type AlertEngineOptions } from './engine.ts'
import type { AlertMemory } from './machine.ts'
import { type NotifyMemory, type NotifyOptions, nothingTold, notifications, type Told } from './notify.ts'
import { checkSilence, type Silence } from './silence.ts'
import type { AlertSink } from './sinks/sink.ts'
import type { Alert, AlertRule, AlertState, AlertTransition } from './types.ts'

export interface AlertingOptions extends AlertEngineOptions, NotifyOptions {
  readonly sinks?: readonly AlertSink[]
  /** Attempts of one message at one sink, the first included; default 6. */
  readonly attempts?: number
  /** Wait before the second attempt, ms; it doubles each time up to 5 min; default 1,000. */
  readonly retryMs?: number
  /** Messages that wait at one sink; default 1,000. */
  readonly queue?: number
}

/** All that has to survive a restart, as plain JSON. */
export interface AlertSnapshot {
  readonly version: 1
  readonly alerts: readonly AlertMemory[]
  readonly told: readonly Told[]
  readonly silences: readonly Silence[]
  readonly history: readonly AlertTransition[]
}

/** Rules, the state of their alerts, silences, and who is told of them. */
export class Alerting implements AsyncDisposable {
  readonly #clock: Clock
  readonly #options: AlertingOptions
  readonly #engine: AlertEngine
  readonly #delivery: Delivery
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
    this.#options = options
    this.#engine = new AlertEngine(registry, options)
    const { sinks = [], attempts = 6, retryMs = 1_000, queue = 1_000 } = options
    this.#delivery = new Delivery({ clock, sinks, attempts, retryMs, queue, random, onError })
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
    const { memory, due } = notifications(this.#told, this.#engine.alerts(), this.#silences, now, this.#options)
    this.#told = memory
    for (const notification of due) this.#delivery.deliver(notification)
    return transitions
  }

  silence(silence: Silence): void {
    checkSilence(silence)
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

  settled(): Promise<void> {
    return this.#delivery.settled()
  }

  snapshot(): AlertSnapshot {
    return {
      version: 1,
      alerts: this.#engine.memories(),
      told: [...this.#told.told.values()],
      silences: this.#silences,
      history: this.#engine.history(),
    }
  }

  restore(snapshot: AlertSnapshot): void {
    if (snapshot.version !== 1 || !Array.isArray(snapshot.alerts)) {
      throw new AnalyticsError(
        'METRIC_IMPORT_INVALID',
        'This is no snapshot of alerts that this version can read.',
        'Give what alertSnapshot() returned, unchanged.',
      )
    }
    this.#engine.restore(snapshot.alerts, snapshot.history)
    this.#told = { told: new Map(snapshot.told.map((told) => [told.alert.id, told])), waiting: new Map() }
    this.#silences = [...snapshot.silences]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#delivery[Symbol.asyncDispose]()
  }
}
