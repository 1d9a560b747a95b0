import { setTimeout as wait } from 'node:timers/promises'
import { callOut } from '../emitter.ts'
import { ProxyScoringError } from '../errors.ts'
import type { ProxyScorer } from '../scorer.ts'
import type { ProxyScore } from '../types.ts'
import { type CheckOptions, type CheckResult, checkProxies, invalid, isWait, WAIT } from './check.ts'

export interface ProxyCheckerOptions extends Omit<CheckOptions, 'signal'> {
  /** From the end of one round to the beginning of the next, up to 24 days. Default 300,000 ms. */
  readonly everyMs?: number
  /** Which proxies a round takes. Default: all that are not isolated. */
  readonly select?: (score: ProxyScore) => boolean
  /** May be async: the next wait begins when it is done. */
  readonly onRound?: (results: readonly CheckResult[]) => void
  /** A round that could not be done, for instance `PROXY_CHECK_URL_FAILS`, with nothing counted; and what the callbacks throw. */
  readonly onError?: (error: unknown) => void
  /** Waits; rejects when aborted. Default: a timer that keeps no process alive. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>
}

/**
 * Checks a scorer's proxies and reports what it finds to it: idle proxies keep their scores fresh, and one that is half-open is probed without
 * risking a user's request. It is `idle` until `start`, then `running` round after round until `stop` or disposal.
 */
export class ProxyChecker implements AsyncDisposable {
  readonly #scorer: ProxyScorer
  readonly #options: ProxyCheckerOptions
  #stopping: AbortController | undefined
  #rounds: Promise<void> = Promise.resolve()

  /** @throws ProxyScoringError `PROXY_OPTION_INVALID` */
  constructor(scorer: ProxyScorer, options: ProxyCheckerOptions) {
    if (!isWait(options.everyMs ?? 1)) throw invalid('everyMs', WAIT)
    this.#scorer = scorer
    this.#options = options
  }

  /** One round now. */
  async check(signal?: AbortSignal): Promise<CheckResult[]> {
    const { select = (score: ProxyScore) => !score.isolated, onProgress } = this.#options
    const proxies = this.#scorer
      .scores()
      .filter(select)
      .map((score) => score.proxy)
    return checkProxies(proxies, {
      ...this.#options,
      ...(signal === undefined ? {} : { signal }),
      onProgress: (progress) => {
        this.#report(progress.result)
        onProgress?.(progress)
      },
    })
  }

  /** Begins with a round at once, or when the one that is being stopped has ended; a second call changes nothing. */
  start(): void {
    if (this.#stopping !== undefined) return
    const stopping = new AbortController()
    this.#stopping = stopping
    this.#rounds = this.#rounds.then(() => this.#run(stopping.signal))
  }

  /** Ends the round that is under way, too. */
  async stop(): Promise<void> {
    this.#stopping?.abort()
    this.#stopping = undefined
    await this.#rounds
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { everyMs = 300_000, sleep = timerThatKeepsNothingAlive } = this.#options
    while (!signal.aborted) {
      try {
        const results = await this.check(signal)
        for (const { expectError } of results) if (expectError !== undefined) this.#tell(expectError)
        await this.#options.onRound?.(results)
      } catch (error) {
        if (signal.aborted) return
        this.#tell(error)
      }
      await sleep(everyMs, signal).catch(() => {})
    }
  }

  /** An error of `onError` itself must neither end the rounds nor the process. */
  #tell(error: unknown): void {
    callOut('onError of a ProxyChecker', () => this.#options.onError?.(error))
  }

  #report({ proxyId, totalMs, reason }: CheckResult): void {
    try {
      if (totalMs !== null) this.#scorer.report(proxyId, { latencyMs: totalMs })
      else if (reason !== null) this.#scorer.report(proxyId, { reason })
    } catch (error) {
      // It was removed while it was checked.
      if (!(error instanceof ProxyScoringError) || error.code !== 'PROXY_UNKNOWN') throw error
    }
  }
}

function timerThatKeepsNothingAlive(ms: number, signal: AbortSignal): Promise<unknown> {
  return wait(ms, undefined, { signal, ref: false })
}
