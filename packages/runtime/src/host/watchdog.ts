import { RunFailure } from './failure.ts'
import { type ProcessUsage, readUsage } from './usage.ts'

export interface ProcessLimits {
  /** Resident memory of the plugin's process at most; its browser does not count. */
  readonly memoryBytes: number
  /** How long its event loop may stand still. */
  readonly hangMs: number
}

/** 512 MB: a plugin with Playwright needs 100; 30 s: longer than any computation that a plugin should do in one go. */
export const DEFAULT_LIMITS: ProcessLimits = { memoryBytes: 512 * 1024 * 1024, hangMs: 30_000 }

export interface WatchdogOptions {
  readonly pid: number
  readonly limits: ProcessLimits
  /** Called once, with why the process must end. */
  readonly onOver: (failure: RunFailure) => void
  /** Milliseconds that never go back; default `performance.now`. */
  readonly now?: () => number
  /** Default: read from the kernel; undefined where it cannot be. */
  readonly usage?: (pid: number) => ProcessUsage | undefined
}

/** Often enough that a process which fills memory is seen before the machine feels it. */
const LOOK_MS = 250

/** Watches a plugin's process from outside: its memory, and whether it still turns. */
export class Watchdog implements Disposable {
  readonly #options: WatchdogOptions
  readonly #now: () => number
  readonly #timer: NodeJS.Timeout
  #beatAt: number
  #lookedAt: number
  #peakRssBytes = 0
  #cpuMs = 0
  #isOver = false

  constructor(options: WatchdogOptions) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
    this.#beatAt = this.#now()
    this.#lookedAt = this.#beatAt
    this.#timer = setInterval(() => this.look(), LOOK_MS).unref()
  }

  /** The process says that it turns, and what it uses, which counts only where the kernel does not tell. */
  beat(said: ProcessUsage): void {
    this.#beatAt = this.#now()
    if (this.#usage() === undefined) this.#take(said)
  }

  get used(): { readonly peakRssBytes: number; readonly cpuMs: number } {
    return { peakRssBytes: this.#peakRssBytes, cpuMs: this.#cpuMs }
  }

  look(): void {
    const usage = this.#usage()
    if (usage !== undefined) this.#take(usage)
    const now = this.#now()
    // Where this process itself stood still, what the other sent meanwhile has not been read yet.
    if (now - this.#lookedAt > 4 * LOOK_MS) this.#beatAt = now
    this.#lookedAt = now
    const silentMs = now - this.#beatAt
    if (silentMs > this.#options.limits.hangMs) {
      this.#end({
        code: 'PLUGIN_HUNG',
        message: `The plugin's process did not turn for ${Math.round(silentMs / 1000)} seconds.`,
        hint: 'Something in it computes without a pause: await checkpoint() in between.',
        retryable: true,
      })
    }
  }

  #usage(): ProcessUsage | undefined {
    return (this.#options.usage ?? readUsage)(this.#options.pid)
  }

  #take({ rssBytes, cpuMs }: ProcessUsage): void {
    this.#peakRssBytes = Math.max(this.#peakRssBytes, rssBytes)
    this.#cpuMs = Math.max(this.#cpuMs, cpuMs)
    const { memoryBytes } = this.#options.limits
    if (rssBytes <= memoryBytes) return
    this.#end({
      code: 'PLUGIN_OUT_OF_MEMORY',
      message: `The plugin's process used ${megabytes(rssBytes)} MB of memory; its limit is ${megabytes(memoryBytes)} MB.`,
      hint: 'Set "limits": { "memoryMb": … } in its plugin_config.json where it needs more.',
      retryable: true,
    })
  }

  #end(failure: ConstructorParameters<typeof RunFailure>[0]): void {
    if (this.#isOver) return
    this.#isOver = true
    clearInterval(this.#timer)
    this.#options.onOver(new RunFailure(failure))
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1024 / 1024)
}
