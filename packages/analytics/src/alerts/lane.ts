import { AnalyticsError } from '../errors.ts'
import type { AlertDelivery, DeliveryOptions, PendingMessage } from './delivery.ts'
import { type AlertNotification, isGrave } from './notify.ts'
import type { AlertSink } from './sinks/sink.ts'
import type { Alert } from './types.ts'

const longestWaitMs = 300_000
/** Share of a wait that is added to it at random, at most. */
const spread = 1 / 5
/** A message that is refused for what it is must not hold up those behind it for long. */
const refusedAttempts = 6

interface Message {
  readonly notification: AlertNotification
  readonly createdAt: number
  attempts: number
  nextAttemptAt: number
  error?: string
}

export type Ended = AlertDelivery & { readonly cause?: unknown }

export interface LaneOptions extends Omit<DeliveryOptions, 'sinks' | 'onError' | 'onDelivery'> {
  readonly sink: AlertSink
  readonly name: string
  /** Aborted once the process ends: what waits stays. */
  readonly stop: AbortSignal
  readonly onEnd: (ended: Ended) => void
}

/** The messages of one sink, in their order: the first one is tried until the sink takes it or it is given up. */
export class Lane {
  readonly #options: LaneOptions
  readonly #queue: Message[] = []
  #refresh: AlertNotification | undefined
  #refreshedAt = Number.NEGATIVE_INFINITY
  #underWay: Message | undefined
  /** Ends the wait for the next attempt. */
  #hurry: (() => void) | undefined
  /** Why nothing is delivered any more. */
  #closed: Error | undefined
  sink: AlertSink
  busy: Promise<void> | undefined

  constructor(options: LaneOptions) {
    this.#options = options
    this.sink = options.sink
  }

  get waiting(): readonly unknown[] {
    return this.#queue
  }

  add(notification: AlertNotification): void {
    const now = this.#options.clock.now()
    // A repetition takes the place of the one that still waits: who comes back after a day reads it once.
    const key = keyOf(notification)
    const same = this.#queue.findIndex((each) => each !== this.#underWay && keyOf(each.notification) === key)
    const before = same >= 0 ? this.#queue[same] : undefined
    if (before !== undefined) this.#queue[same] = { ...before, notification }
    else this.#queue.push({ notification, createdAt: now, attempts: 0, nextAttemptAt: now })
    const { queue = 1_000 } = this.#options
    const oldest = this.#queue[this.#queue[0] === this.#underWay ? 1 : 0]
    if (this.#queue.length > queue && oldest !== undefined) this.#giveUp(oldest, new Error('its queue is full'))
    this.#wake()
  }

  restore({ notification, createdAt, attempts, nextAttemptAt }: PendingMessage): void {
    this.#queue.push({ notification, createdAt, attempts, nextAttemptAt })
    this.#wake()
  }

  /** What waits is tried with it at once. */
  replace(sink: AlertSink): void {
    this.sink = sink
    const now = this.#options.clock.now()
    for (const message of this.#queue) message.nextAttemptAt = Math.min(message.nextAttemptAt, now)
    this.#hurry?.()
  }

  /** Gives up what waits; what is under way may still arrive. */
  close(reason: Error): void {
    this.#closed = reason
    this.#refresh = undefined
    for (const message of [...this.#queue]) if (message !== this.#underWay) this.#giveUp(message, reason)
    this.#hurry?.()
  }

  refresh(all: readonly Alert[], now: number): void {
    const { refreshMs, minSeverity } = this.sink
    if (refreshMs === undefined) return
    const firing = all.filter(({ severity }) => isGrave(severity, minSeverity))
    // Where the clock was set back the last time lies ahead, and says nothing.
    const since = now - this.#refreshedAt
    if (firing.length > 0 && since >= 0 && since < refreshMs) return
    this.#refreshedAt = now
    if (firing.length === 0) return
    this.#refresh = { id: `refresh-${now}`, group: {}, status: 'firing', alerts: firing, at: now }
    this.#wake()
  }

  list(): AlertDelivery[] {
    return this.#queue.map((message) => ({
      ...described(message, this.#options.name),
      status: 'pending',
      nextAttemptAt: message.nextAttemptAt,
    }))
  }

  pending(): PendingMessage[] {
    return this.#queue.map(({ notification, attempts, createdAt, nextAttemptAt }) => ({
      sink: this.#options.name,
      notification,
      attempts,
      createdAt,
      nextAttemptAt,
    }))
  }

  /** A message that is over: delivered, or lost where there is an error. */
  static end(message: Message & { readonly sink: string }, now: number, error?: unknown): Ended {
    const base = { ...described(message, message.sink), endedAt: now }
    if (error === undefined) return { ...base, status: 'delivered' }
    return { ...base, status: 'failed', error: messageOf(error), cause: error }
  }

  #wake(): void {
    if (this.busy !== undefined || this.#options.stop.aborted) return
    this.busy = this.#run().finally(() => {
      this.busy = undefined
      // Something may have come between the last look at the queue and now.
      if (this.#queue.length > 0 || this.#refresh !== undefined) this.#wake()
    })
  }

  async #run(): Promise<void> {
    const { stop, clock } = this.#options
    // The caller goes on before the first attempt.
    await Promise.resolve()
    while (!stop.aborted) {
      const message = this.#queue[0]
      if (message === undefined) {
        const refresh = this.#refresh
        if (refresh === undefined) return
        this.#refresh = undefined
        // One that fails is not tried again: the next one says more.
        await this.#send(refresh).catch(() => undefined)
        continue
      }
      const wait = message.nextAttemptAt - clock.now()
      // No wait is longer than the longest: beyond it the clock was set back.
      if (wait > 0 && wait <= longestWaitMs * (1 + spread)) await this.#pause(wait)
      // Another may stand here by now: a repetition, or the next one where the queue was full.
      else await this.#attempt(message)
    }
  }

  async #attempt(message: Message): Promise<void> {
    const { stop, clock, name, onEnd } = this.#options
    this.#underWay = message
    message.attempts += 1
    const error = await this.#send(message.notification).then(
      () => undefined,
      (cause: unknown) => cause ?? new Error('it gave no reason'),
    )
    this.#underWay = undefined
    if (error === undefined) {
      this.#take(message)
      onEnd(Lane.end({ ...message, sink: name }, clock.now()))
    } else if (this.#closed !== undefined) this.#giveUp(message, this.#closed)
    else if (stop.aborted) {
      // Nobody knows whether it arrived, so it stays.
      message.attempts -= 1
    } else this.#failed(message, error)
  }

  #failed(message: Message, error: unknown): void {
    const { clock, retryMs = 1_000, giveUpMs = 86_400_000, random } = this.#options
    const refused = error instanceof AnalyticsError && error.code === 'ALERT_SINK_REFUSED'
    const most = Math.min(this.#options.attempts ?? Number.POSITIVE_INFINITY, refused ? refusedAttempts : Infinity)
    const wait = Math.min(longestWaitMs, retryMs * 2 ** (message.attempts - 1)) * (1 + random() * spread)
    const next = clock.now() + wait
    message.nextAttemptAt = next
    message.error = messageOf(error)
    if (message.attempts >= most || next - message.createdAt > giveUpMs) this.#giveUp(message, error)
  }

  #giveUp(message: Message, error: unknown): void {
    this.#take(message)
    this.#options.onEnd(Lane.end({ ...message, sink: this.#options.name }, this.#options.clock.now(), error))
  }

  #take(message: Message): void {
    const place = this.#queue.indexOf(message)
    if (place >= 0) this.#queue.splice(place, 1)
  }

  /** One attempt, which ends in its time and with the process also where the sink heeds neither. */
  #send(notification: AlertNotification): Promise<void> {
    const { sink } = this
    const { stop, attemptMs = 30_000 } = this.#options
    const signal = AbortSignal.any([stop, AbortSignal.timeout(attemptMs)])
    return new Promise((resolve, reject) => {
      const aborted = (): void => reject(stop.aborted ? stop.reason : new Error(`no answer within ${attemptMs} ms`))
      signal.addEventListener('abort', aborted, { once: true })
      new Promise<void>((sent) => sent(sink.send(notification, signal))).then(resolve, reject).finally(() => {
        signal.removeEventListener('abort', aborted)
      })
    })
  }

  #pause(ms: number): Promise<void> {
    const { clock, stop } = this.#options
    return new Promise((resolve) => {
      const ended = (): void => {
        cancel()
        stop.removeEventListener('abort', ended)
        this.#hurry = undefined
        resolve()
      }
      const cancel = clock.wakeAt(clock.now() + ms, ended)
      stop.addEventListener('abort', ended, { once: true })
      this.#hurry = ended
    })
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Two messages with the same key say the same of the same alerts. */
const keyOf = ({ group, status, alerts }: AlertNotification): string =>
  JSON.stringify([group, status, alerts.map(({ id, state, severity }) => [id, state, severity])])

function described(message: Message, sink: string): Omit<AlertDelivery, 'status'> {
  const { notification, attempts, createdAt, error } = message
  return {
    id: notification.id,
    sink,
    says: notification.status,
    alertIds: notification.alerts.map(({ id }) => id),
    attempts,
    createdAt,
    ...(error !== undefined && { error }),
  }
}
