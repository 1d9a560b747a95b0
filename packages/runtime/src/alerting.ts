import { randomBytes } from 'node:crypto'
import type {
  Alert,
  AlertDelivery,
  AlertSnapshotV2,
  AlertTransition,
  MetricsAggregator,
  Silence,
} from '@refbot/analytics'
import { alertDeeds } from './alert-deeds.ts'
import { RefbotError } from './errors.ts'
import type { Store } from './store/index.ts'

/** Which alerts are silent, and from when (default: now) until when, in epoch milliseconds. */
export type NewSilence = Omit<Silence, 'id' | 'startsAt'> & { readonly startsAt?: number }

export interface AlertWatchOptions {
  readonly analytics: MetricsAggregator
  readonly store: Pick<Store, 'alertState'>
  /** Between two evaluations, ms. */
  readonly everyMs: number
  /** Epoch milliseconds. */
  readonly now: () => number
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
  #saved: AlertSnapshotV2 | undefined
  /** Before, what is asked for would be answered wrong, and what is done be lost. */
  #restored = false
  #saving: Promise<void> = Promise.resolve()
  #queued: Promise<void> | undefined
  #closing = false

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
    if (snapshot !== undefined) {
      analytics.restoreAlerts(snapshot)
      this.#saved = analytics.alertSnapshot()
    }
    this.#restored = true
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

  /** Those that are pending, firing, or were not long ago. @throws RefbotError `NOT_STARTED` */
  list(filter?: { readonly state?: Alert['state'] }): readonly Alert[] {
    return this.#analytics().alerts(filter)
  }

  /**
   * Marks an open alert as taken on: it is not repeated any more.
   * @throws RefbotError `NOT_STARTED`, AnalyticsError `ALERT_UNKNOWN`
   */
  async acknowledge(id: string, by: string): Promise<Alert> {
    const alert = this.#analytics().acknowledgeAlert(id, by)
    await this.#save()
    return alert
  }

  /**
   * Holds messages about some alerts back until an end; what fires then is told.
   * @throws RefbotError `NOT_STARTED`, `SILENCE_OVER`, AnalyticsError `ALERT_SILENCE_INVALID`
   */
  async silence({ startsAt, ...wanted }: NewSilence): Promise<Silence> {
    const now = this.#options.now()
    const silence = { id: `s-${randomBytes(5).toString('hex')}`, ...wanted, startsAt: startsAt ?? now }
    if (silence.endsAt <= now) {
      throw new RefbotError('SILENCE_OVER', 'The silence would have ended already.', {
        hint: 'Let it end in the future.',
      })
    }
    this.#analytics().silenceAlerts(silence)
    await this.#save()
    return silence
  }

  /** Ends one before its time. False where there is none. @throws RefbotError `NOT_STARTED` */
  async endSilence(id: string): Promise<boolean> {
    if (!this.silences().some((silence) => silence.id === id)) return false
    this.#analytics().endSilence(id)
    await this.#save()
    return true
  }

  /** Those whose time is not over. @throws RefbotError `NOT_STARTED` */
  silences(): readonly Silence[] {
    const now = this.#options.now()
    return this.#analytics()
      .silences()
      .filter(({ endsAt }) => endsAt > now)
  }

  #analytics(): MetricsAggregator {
    if (this.#restored) return this.#options.analytics
    throw new RefbotError('NOT_STARTED', 'The state of alerts is not there yet: RefBot starts.', {
      hint: 'Ask again in a moment.',
    })
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
    const transitions = this.#transitions.splice(0)
    const deliveries = this.#deliveries.splice(0)
    const done = alertDeeds(this.#saved, snapshot, this.#options.now())
    const told = transitions.length + deliveries.length + done.length
    if (told === 0 && !this.#closing && this.#saved !== undefined && essence(snapshot) === essence(this.#saved)) return
    try {
      await this.#options.store.alertState.save({ snapshot, transitions, deliveries, done })
      this.#saved = snapshot
    } catch {
      this.#transitions.unshift(...transitions)
      this.#deliveries.unshift(...deliveries)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer === undefined) return
    clearInterval(this.#timer)
    // Since when what absence rules watch is silent, changes all the time: that is stored at the end.
    this.#closing = true
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
