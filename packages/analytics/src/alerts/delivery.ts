import type { Clock } from '../clock.ts'
import { AnalyticsError } from '../errors.ts'
import type { AlertNotification } from './notify.ts'
import type { AlertSink } from './sinks/sink.ts'

export interface DeliveryOptions {
  readonly clock: Clock
  readonly sinks: readonly AlertSink[]
  /** Attempts of one message at one sink, the first included. */
  readonly attempts: number
  /** Wait before the second attempt; it doubles each time, up to 5 minutes, plus a jitter of up to a fifth. */
  readonly retryMs: number
  /** Messages that wait at one sink; beyond it the oldest is given up. */
  readonly queue: number
  readonly random: () => number
  readonly onError: (error: AnalyticsError) => void
}

const longestWaitMs = 300_000

interface Lane {
  readonly sink: AlertSink
  readonly waiting: AlertNotification[]
  busy: Promise<void> | undefined
}

/**
 * Brings each message to each sink, in order for each sink, again after a failure; a sink that hangs or fails holds up
 * neither the others nor the caller.
 */
export class Delivery implements AsyncDisposable {
  readonly #options: DeliveryOptions
  readonly #lanes: readonly Lane[]
  readonly #ended = new AbortController()

  constructor(options: DeliveryOptions) {
    this.#options = options
    this.#lanes = options.sinks.map((sink) => ({ sink, waiting: [], busy: undefined }))
  }

  /** Never throws and never waits. */
  deliver(notification: AlertNotification): void {
    for (const lane of this.#lanes) {
      lane.waiting.push(notification)
      if (lane.waiting.length > this.#options.queue) {
        lane.waiting.shift()
        this.#report(lane.sink, new Error('its queue is full'))
      }
      if (lane.busy === undefined) this.#run(lane)
    }
  }

  /** Resolves once nothing waits any more: everything is delivered or given up. */
  async settled(): Promise<void> {
    while (this.#lanes.some((lane) => lane.busy !== undefined)) {
      await Promise.all(this.#lanes.map((lane) => lane.busy))
    }
  }

  /** Gives up what waits; attempts under way are aborted. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const lane of this.#lanes) lane.waiting.length = 0
    this.#ended.abort()
    await this.settled()
  }

  #run(lane: Lane): void {
    lane.busy = this.#drain(lane).finally(() => {
      lane.busy = undefined
      // Something may have come between the last look at the queue and now.
      if (lane.waiting.length > 0) this.#run(lane)
    })
  }

  async #drain(lane: Lane): Promise<void> {
    // The caller goes on before the first attempt.
    await Promise.resolve()
    for (let next = lane.waiting.shift(); next !== undefined; next = lane.waiting.shift()) {
      await this.#attempt(lane.sink, next)
    }
  }

  async #attempt(sink: AlertSink, notification: AlertNotification): Promise<void> {
    const { signal } = this.#ended
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        return await sink.send(notification, signal)
      } catch (error) {
        if (attempt >= this.#options.attempts || signal.aborted) return this.#report(sink, error)
        const wait = Math.min(longestWaitMs, this.#options.retryMs * 2 ** (attempt - 1))
        await this.#pause(wait * (1 + this.#options.random() / 5))
      }
    }
  }

  #pause(ms: number): Promise<void> {
    const { clock } = this.#options
    const { signal } = this.#ended
    return new Promise((resolve) => {
      const cancel = clock.wakeAt(clock.now() + ms, () => {
        signal.removeEventListener('abort', stop)
        resolve()
      })
      const stop = (): void => {
        cancel()
        resolve()
      }
      signal.addEventListener('abort', stop, { once: true })
    })
  }

  #report(sink: AlertSink, cause: unknown): void {
    const why = cause instanceof Error ? cause.message : String(cause)
    this.#options.onError(
      new AnalyticsError(
        'ALERT_SINK_FAILED',
        `A message to ${sink.name} was given up: ${why}`,
        'Check that the receiver can be reached; the alert itself is still listed.',
        { cause },
      ),
    )
  }
}
