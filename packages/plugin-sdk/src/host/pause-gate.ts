import { setImmediate as nextTurn } from 'node:timers/promises'
import { StoppedError } from '../errors.ts'
import type { ContextClock } from './clock.ts'

export interface PauseGateOptions {
  readonly signal: AbortSignal
  readonly clock: ContextClock
  /** Told when the run comes to rest at a checkpoint, and when it goes on. */
  readonly onHeld: (held: boolean) => void
}

/** Where a run can be paused and stopped. Pausing takes hold at the next checkpoint; a sleeping run is at one. */
export class PauseGate {
  readonly #options: PauseGateOptions
  /** Resolves when the pause is over; undefined while there is none. */
  #pause: PromiseWithResolvers<void> | undefined
  #resting = 0
  #held = false

  constructor(options: PauseGateOptions) {
    this.#options = options
    const { signal } = options
    const stopped = () => this.resume()
    if (!signal.aborted) signal.addEventListener('abort', stopped, { once: true })
  }

  /** Whether the run waits here because it is paused. */
  get held(): boolean {
    return this.#held
  }

  pause(): void {
    if (this.#options.signal.aborted) return
    this.#pause ??= Promise.withResolvers()
    this.#tell()
  }

  resume(): void {
    this.#pause?.resolve()
    this.#pause = undefined
    this.#tell()
  }

  /** @throws StoppedError */
  async checkpoint(): Promise<void> {
    // What was sent to this process meanwhile, such as the wish to stop it, is read now.
    await nextTurn()
    await this.#rest(() => undefined)
  }

  /** @throws StoppedError */
  async sleep(ms: number): Promise<void> {
    await this.#rest(() => this.#options.clock.wait(ms, this.#options.signal))
  }

  async #rest(first: () => Promise<void> | undefined): Promise<void> {
    const { signal } = this.#options
    this.#resting += 1
    this.#tell()
    try {
      this.#throwIfStopped()
      await first()
      // Paused again before it could go on: it rests on.
      while (this.#pause !== undefined) await this.#pause.promise
      this.#throwIfStopped()
    } catch (error) {
      throw signal.aborted ? new StoppedError() : error
    } finally {
      this.#resting -= 1
      this.#tell()
    }
  }

  #throwIfStopped(): void {
    if (this.#options.signal.aborted) throw new StoppedError()
  }

  #tell(): void {
    const held = this.#pause !== undefined && this.#resting > 0
    if (held === this.#held) return
    this.#held = held
    this.#options.onHeld(held)
  }
}
