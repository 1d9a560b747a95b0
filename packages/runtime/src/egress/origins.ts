import { RefbotError } from '../errors.ts'
import type { OriginCount, OriginPause, OriginStore, PauseCause } from '../store/index.ts'
import { PageSlots } from './page-slots.ts'
import type { RefusalReport } from './record.ts'

export interface OriginsOptions {
  readonly store: OriginStore
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** How long an origin is left alone when it does not say. */
export const DEFAULT_PAUSE_MS = 15 * 60_000
/** A site may ask for more patience, but not for ever: an operator looks again after a week. */
export const MAX_PAUSE_MS = 7 * 86_400_000
const DAY_MS = 86_400_000

/**
 * What all runs share of each origin: whether it is left alone because it turned a run away, what it has taken today,
 * and the pages that are open on it. What must outlive a restart is stored.
 */
export class Origins implements AsyncDisposable {
  readonly pages = new PageSlots()
  /** As read at the start, for the gate. */
  readonly counted: readonly OriginCount[]
  readonly #store: OriginStore
  readonly #now: () => number
  readonly #pauses: Map<string, OriginPause>
  readonly #unsaved = new Map<string, OriginCount>()
  #stored: PromiseWithResolvers<void> | undefined
  #saving: Promise<void> | undefined

  static async open({ store, now }: OriginsOptions): Promise<Origins> {
    const [pauses, counted] = await Promise.all([store.pauses(), store.counts(Math.floor(now() / DAY_MS))])
    return new Origins({ store, now }, pauses, counted)
  }

  private constructor({ store, now }: OriginsOptions, pauses: readonly OriginPause[], counted: readonly OriginCount[]) {
    this.#store = store
    this.#now = now
    this.#pauses = new Map(pauses.map((pause) => [pause.origin, pause]))
    this.counted = counted
  }

  /** The pauses that stand now, by origin. */
  pauses(): readonly OriginPause[] {
    return [...this.#pauses.values()]
      .filter(({ until }) => until > this.#now())
      .toSorted((a, b) => (a.origin < b.origin ? -1 : 1))
  }

  /** The pause that stands against an origin, if any. */
  pauseOf(origin: string): OriginPause | undefined {
    const pause = this.#pauses.get(origin)
    if (pause === undefined || pause.until > this.#now()) return pause
    this.#pauses.delete(origin)
    return undefined
  }

  /** A site turned a run away: it is left alone for as long as it asked for, 15 minutes unless it did. */
  async turnedAway(
    runId: string,
    { origin, kind, retryAfterMs }: Omit<RefusalReport, 'kind' | 'status' | 'at'> & { kind: PauseCause },
  ): Promise<void> {
    const since = this.#now()
    const standing = this.pauseOf(origin)
    const until = Math.max(standing?.until ?? 0, since + Math.min(retryAfterMs ?? DEFAULT_PAUSE_MS, MAX_PAUSE_MS))
    // A second answer of the kind, while the first is being dealt with, changes nothing.
    if (standing !== undefined && until - standing.until < 1000) return
    const pause = { origin, cause: kind, runId, since, until }
    this.#pauses.set(origin, pause)
    await this.#store.pause(pause)
  }

  /** Ends a pause before its time; says whether there was one. */
  async lift(origin: string): Promise<boolean> {
    const stood = this.pauseOf(origin) !== undefined
    const lifted = await this.#store.lift(origin)
    this.#pauses.delete(origin)
    return stood || lifted
  }

  /** @throws RefbotError `ORIGIN_PAUSED` */
  assertOpen(origin: string): void {
    const pause = this.pauseOf(origin)
    if (pause !== undefined) throw pausedError(pause)
  }

  /**
   * An origin takes one more submit. Resolves once that is stored, together with those that come meanwhile.
   *
   * @throws RefbotError `STORE_DISK_FULL`, `STORE_FAILED`
   */
  count(count: OriginCount): Promise<void> {
    this.#unsaved.set(count.origin, count)
    this.#stored ??= Promise.withResolvers()
    const { promise } = this.#stored
    this.#saving ??= this.#save()
    return promise
  }

  async #save(): Promise<void> {
    for (let stored = this.#stored; stored !== undefined; stored = this.#stored) {
      const counts = [...this.#unsaved.values()]
      this.#unsaved.clear()
      this.#stored = undefined
      await this.#store.count(counts).then(stored.resolve, stored.reject)
    }
    this.#saving = undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#saving
  }
}

export function pausedError({ origin, cause, until }: OriginPause): RefbotError {
  const time = new Date(until).toISOString()
  const why = { rate_limited: 'asked for patience', challenged: 'turned a run away', reported: 'turned a run away' }
  return new RefbotError('ORIGIN_PAUSED', `${origin} ${why[cause]}: it is left alone until ${time}.`, {
    hint: 'Talk to its owner; `refbot origins resume` ends the pause before its time.',
  })
}
