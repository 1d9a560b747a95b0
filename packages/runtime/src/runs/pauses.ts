import type { AttemptControl } from '../host/index.ts'

interface PausableRun {
  readonly plugin: string
  /** Undefined until its process has started. */
  control: AttemptControl | undefined
  held: boolean
}

/** Which plugins are paused, and which of their runs have come to rest. A run that has not started yet rests as well. */
export class Pauses {
  readonly #paused = new Map<string, PromiseWithResolvers<void>>()
  readonly #runs = new Map<string, PausableRun>()
  readonly #watchers = new Set<() => void>()

  isPaused(plugin: string): boolean {
    return this.#paused.has(plugin)
  }

  /** Asks the runs of a plugin to come to rest at their next checkpoint. */
  pause(plugin: string): void {
    if (!this.#paused.has(plugin)) this.#paused.set(plugin, Promise.withResolvers())
    for (const { control } of this.#of(plugin)) control?.pause()
  }

  resume(plugin: string): void {
    this.#paused.get(plugin)?.resolve()
    this.#paused.delete(plugin)
    for (const { control } of this.#of(plugin)) control?.resume()
    this.#changed()
  }

  begin(runId: string, plugin: string): void {
    this.#runs.set(runId, { plugin, control: undefined, held: false })
  }

  started(runId: string, control: AttemptControl): void {
    const run = this.#runs.get(runId)
    if (run === undefined) return
    run.control = control
    if (this.isPaused(run.plugin)) control.pause()
  }

  /** @returns whether that is news */
  held(runId: string, held: boolean): boolean {
    const run = this.#runs.get(runId)
    if (run === undefined || run.held === held) return false
    run.held = held
    this.#changed()
    return true
  }

  end(runId: string): void {
    this.#runs.delete(runId)
    this.#changed()
  }

  counts(plugin: string): { readonly working: number; readonly held: number } {
    const runs = this.#of(plugin)
    const held = runs.filter((run) => run.held).length
    return { working: runs.length - held, held }
  }

  /** Holds an attempt that is due while its plugin is paused, before it has a process. */
  async untilResumed(runId: string, plugin: string, signal: AbortSignal): Promise<void> {
    while (true) {
      const pause = this.#paused.get(plugin)
      if (pause === undefined || signal.aborted) break
      this.held(runId, true)
      await Promise.race([pause.promise, aborted(signal)])
    }
    this.held(runId, false)
  }

  /** Resolves once no run of the plugin works any more, at the latest after `timeoutMs`. */
  async atRest(plugin: string, timeoutMs: number): Promise<void> {
    const rest = Promise.withResolvers<void>()
    const look = () => {
      if (this.counts(plugin).working === 0) rest.resolve()
    }
    this.#watchers.add(look)
    const timer = setTimeout(rest.resolve, timeoutMs)
    look()
    await rest.promise
    clearTimeout(timer)
    this.#watchers.delete(look)
  }

  #of(plugin: string): readonly PausableRun[] {
    return [...this.#runs.values()].filter((run) => run.plugin === plugin)
  }

  #changed(): void {
    for (const look of this.#watchers) look()
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
