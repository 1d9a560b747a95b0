import type { Clock } from '../clock.ts'
import { AnalyticsError } from '../errors.ts'
import { Lane } from './lane.ts'
import { type AlertNotification, type DueNotification, forSink } from './notify.ts'
import type { AlertSink } from './sinks/sink.ts'
import type { Alert } from './types.ts'

export interface DeliveryTiming {
  /** Attempts of one message at one sink, the first included; default: as many as fit into `giveUpMs`. */
  readonly attempts?: number
  /** Wait before the second attempt, ms; it doubles each time up to 5 min, plus up to a fifth at random; default 1,000. */
  readonly retryMs?: number
  /** After this long a message that a sink never took is given up, ms; default 86,400,000 (1 day). */
  readonly giveUpMs?: number
  /** Of one attempt: a sink that takes longer has failed, whether it heeds its signal or not, ms; default 30,000. */
  readonly attemptMs?: number
  /** Messages that wait at one sink; beyond it the oldest is given up; default 1,000. */
  readonly queue?: number
}

export interface DeliveryOptions extends DeliveryTiming {
  readonly clock: Clock
  readonly sinks: readonly AlertSink[]
  readonly random: () => number
  readonly onError: (error: AnalyticsError) => void
  readonly onDelivery: (delivery: AlertDelivery) => void
}

/** A message on its way to a sink, as it survives JSON. */
export interface PendingMessage {
  /** Name of the sink; of several with the same name the second is `name#2`. */
  readonly sink: string
  readonly notification: AlertNotification
  readonly attempts: number
  /** Epoch ms. */
  readonly createdAt: number
  readonly nextAttemptAt: number
}

/** What became of a message at one sink. */
export interface AlertDelivery {
  /** Of the message (`AlertNotification.id`). */
  readonly id: string
  readonly sink: string
  /** `pending` it is not there yet · `delivered` the sink took it · `failed` it is lost: given up, or refused. */
  readonly status: 'pending' | 'delivered' | 'failed'
  /** What the message says. */
  readonly says: AlertNotification['status']
  readonly alertIds: readonly string[]
  readonly attempts: number
  /** Epoch ms. */
  readonly createdAt: number
  /** Of a pending one, epoch ms. */
  readonly nextAttemptAt?: number
  /** When it was delivered or lost, epoch ms. */
  readonly endedAt?: number
  /** Why the last attempt failed. */
  readonly error?: string
}

export interface DeliveryCounts {
  readonly pending: number
  /** Since the process began, as the next. */
  readonly delivered: number
  readonly failed: number
}

const endedKept = 200

const noSink = (): Error => new Error('there is no such sink any more')

/**
 * Brings each message to each sink, in order for each sink, again after a failure; a sink that hangs or fails holds up
 * neither the others nor the caller. What is not there yet is known, and survives a restart in `pending()`.
 */
export class Delivery implements AsyncDisposable {
  readonly #options: DeliveryOptions
  readonly #lanes = new Map<string, Lane>()
  readonly #stop = new AbortController()
  readonly #ended: AlertDelivery[] = []
  #delivered = 0
  #failed = 0

  constructor(options: DeliveryOptions) {
    this.#options = options
    this.setSinks(options.sinks)
  }

  /** What waits for a sink goes to the one that has its name now; where none has, it is lost, and told to be. */
  setSinks(sinks: readonly AlertSink[]): void {
    const before = new Map(this.#lanes)
    this.#lanes.clear()
    for (const sink of sinks) {
      let name = sink.name
      for (let i = 2; this.#lanes.has(name); i += 1) name = `${sink.name}#${i}`
      const lane = before.get(name)
      lane?.replace(sink)
      this.#lanes.set(name, lane ?? this.#lane(sink, name))
      before.delete(name)
    }
    for (const lane of before.values()) lane.close(noSink())
  }

  #lane(sink: AlertSink, name: string): Lane {
    return new Lane({ ...this.#options, sink, name, stop: this.#stop.signal, onEnd: (end) => this.#end(end) })
  }

  get counts(): DeliveryCounts {
    let pending = 0
    for (const lane of this.#lanes.values()) pending += lane.waiting.length
    return { pending, delivered: this.#delivered, failed: this.#failed }
  }

  /** Never throws and never waits. */
  deliver(notification: AlertNotification, gravest: DueNotification['gravest']): void {
    for (const lane of this.#lanes.values()) {
      const told = forSink(notification, lane.sink.minSeverity, gravest)
      if (told !== undefined) lane.add(told)
    }
  }

  /** Tells the sinks that want it of what still fires. */
  refresh(firing: readonly Alert[], now: number): void {
    for (const lane of this.#lanes.values()) lane.refresh(firing, now)
  }

  /** What is under way, then what has ended lately, newest first. */
  list(): readonly AlertDelivery[] {
    return [...this.#lanes.values()].flatMap((lane) => lane.list()).concat(this.#ended.toReversed())
  }

  pending(): readonly PendingMessage[] {
    return [...this.#lanes.values()].flatMap((lane) => lane.pending())
  }

  /** Takes up what was pending before a restart. A message to a sink that is no more is lost, and told to be. */
  restore(messages: readonly PendingMessage[]): void {
    for (const message of messages) {
      const lane = this.#lanes.get(message.sink)
      if (lane !== undefined) lane.restore(message)
      else this.#end(Lane.end(message, this.#options.clock.now(), noSink()))
    }
  }

  /** Resolves once nothing waits any more: everything is delivered or given up. */
  async settled(): Promise<void> {
    const lanes = [...this.#lanes.values()]
    while (lanes.some((lane) => lane.busy !== undefined)) await Promise.all(lanes.map((lane) => lane.busy))
  }

  /** Aborts what is under way, waits for no sink, and leaves what is not there yet in `pending()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.settled()
  }

  #end(ended: AlertDelivery & { readonly cause?: unknown }): void {
    const { cause, ...delivery } = ended
    this.#ended.push(delivery)
    if (this.#ended.length > endedKept) this.#ended.shift()
    if (delivery.status === 'delivered') this.#delivered += 1
    else {
      this.#failed += 1
      this.#options.onError(
        new AnalyticsError(
          'ALERT_SINK_FAILED',
          `A message to ${delivery.sink} was given up after ${delivery.attempts} attempts: ${delivery.error}`,
          'Check that the receiver can be reached; the alert itself is still listed.',
          { cause },
        ),
      )
    }
    this.#options.onDelivery(delivery)
  }
}
