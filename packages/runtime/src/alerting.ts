import type { AlertDelivery, AlertSnapshotV2, AlertTransition, MetricsAggregator } from '@refbot/analytics'
import type { Store } from './store/index.ts'

export interface AlertWatchOptions {
  readonly analytics: MetricsAggregator
  readonly store: Pick<Store, 'alertState'>
  /** Between two evaluations, ms. */
  readonly everyMs: number
}

/**
 * Evaluates the alert rules, and has what changed stored with its events. A store that takes nothing does not stop it: the
 * alerts are shown from memory, and what was not stored is stored with the next change.
 */
export class AlertWatch implements AsyncDisposable {
  readonly #options: AlertWatchOptions
  #timer: NodeJS.Timeout | undefined
  #transitions: AlertTransition[] = []
  #deliveries: AlertDelivery[] = []
  #saved = ''
  #saving: Promise<void> = Promise.resolve()
  #queued: Promise<void> | undefined

  constructor(options: AlertWatchOptions) {
    this.#options = options
  }

  /** Takes up what was stored, then evaluates again and again. */
  async start(): Promise<void> {
    await this.restore()
    this.#timer = setInterval(() => void this.evaluate(), this.#options.everyMs).unref()
  }

  /** The rules have to be there. */
  async restore(): Promise<void> {
    const { analytics, store } = this.#options
    const snapshot = await store.alertState.load()
    if (snapshot === undefined) return
    analytics.restoreAlerts(snapshot)
    this.#saved = essence(analytics.alertSnapshot())
  }

  /** Resolves once what changed is stored, or could not be. @param now epoch ms; default: the clock of analytics */
  evaluate(now?: number): Promise<void> {
    this.#transitions.push(...this.#options.analytics.evaluateAlerts(now))
    return this.#save()
  }

  /** For each message that a sink took, or that was lost. */
  delivered(delivery: AlertDelivery): Promise<void> {
    this.#deliveries.push(delivery)
    return this.#save()
  }

  /** Calls that come while it is stored share the next time. */
  #save(): Promise<void> {
    this.#queued ??= this.#saving.then(() => {
      this.#queued = undefined
      this.#saving = this.#store()
      return this.#saving
    })
    return this.#queued
  }

  async #store(): Promise<void> {
    const snapshot = this.#options.analytics.alertSnapshot()
    const saved = essence(snapshot)
    const transitions = this.#transitions.splice(0)
    const deliveries = this.#deliveries.splice(0)
    if (transitions.length === 0 && deliveries.length === 0 && saved === this.#saved) return
    try {
      await this.#options.store.alertState.save({ snapshot, transitions, deliveries })
      this.#saved = saved
    } catch {
      this.#transitions.unshift(...transitions)
      this.#deliveries.unshift(...deliveries)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer === undefined) return
    clearInterval(this.#timer)
    // Since when what absence rules watch is silent, changes all the time: that is told at the end.
    this.#saved = ''
    await this.#save()
  }
}

/** What a restart must not lose beside transitions: that a value moved on is not worth a write. */
function essence({ alerts, told, silences, messages }: AlertSnapshotV2): string {
  return JSON.stringify([
    alerts.map(({ alert, since, clearSince }) => [alert.id, alert.acknowledged, since, clearSince]),
    told.map(({ alert, at }) => [alert.id, at]),
    messages.map(({ sink, notification }) => [sink, notification.id]),
    silences,
  ])
}
