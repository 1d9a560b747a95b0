import { AsyncLocalStorage } from 'node:async_hooks'
import type { ContextClock } from './clock.ts'

/** A named, timed part of a run. */
export interface FinishedStep {
  /** Names from the outermost step in, joined by ` › `. */
  readonly path: string
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly endedAt: number
  /** What it threw. */
  readonly error?: string
}

/** Which step a step, a log line or a sample belongs to follows the flow of the code. */
export class Steps {
  readonly #clock: ContextClock
  readonly #send: (step: FinishedStep) => unknown
  readonly #current = new AsyncLocalStorage<string>()
  #sent: Promise<unknown> = Promise.resolve()

  constructor(clock: ContextClock, send: (step: FinishedStep) => unknown) {
    this.#clock = clock
    this.#send = send
  }

  /** The path of the step that this code runs in. */
  current(): string | undefined {
    return this.#current.getStore()
  }

  readonly run = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
    const outer = this.current()
    const path = outer === undefined ? String(name) : `${outer} › ${name}`
    const startedAt = this.#clock.now()
    let error: string | undefined
    try {
      return await this.#current.run(path, work)
    } catch (cause) {
      error = cause instanceof Error ? cause.message : String(cause)
      throw cause
    } finally {
      const step = { path, startedAt, endedAt: this.#clock.now(), ...(error === undefined ? {} : { error }) }
      this.#sent = Promise.allSettled([this.#sent, this.#send(step)]).then(() => undefined)
    }
  }

  /** Resolves once every step that ended is with the host. */
  async settle(): Promise<void> {
    await this.#sent
  }
}
