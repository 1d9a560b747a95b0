import type { Labels } from '../series/labels.ts'

/** Since when a group is silent, as it survives JSON. */
export interface SeenGroup {
  /** Of its alert. */
  readonly id: string
  readonly labels: Labels
  /** Time of its newest sample, epoch ms; undefined where there was none. */
  readonly at?: number
  /** How long it has been silent while somebody watched, ms. */
  readonly silentMs: number
}

/** What the series of a group say of their samples. */
export interface Arrivals {
  /** Time of the newest one, epoch ms; -Infinity without one. */
  readonly lastAt: number
  /** How many ever came. */
  readonly count: number
}

interface Entry {
  readonly labels: Labels
  at: number
  since: number
  count: number
}

const mostGroups = 10_000

/**
 * Since when groups of series are silent. It remembers groups whose series have left memory, and goes on after a restart
 * where it was: the time in which no process could record anything is no silence, and no recovery either.
 */
export class LastSeen {
  readonly #groups = new Map<string, Entry>()
  #lookedAt = Number.NEGATIVE_INFINITY

  /** The groups that are known, by alert id. */
  get groups(): ReadonlyMap<string, { readonly labels: Labels }> {
    return this.#groups
  }

  /** Begins an evaluation. Where the clock was set back, each group has been silent for as long as it was before. */
  look(now: number): void {
    const setBack = this.#lookedAt - now
    if (setBack > 0) for (const entry of this.#groups.values()) entry.since -= setBack
    this.#lookedAt = now
  }

  /**
   * Since when the group is silent, epoch ms.
   * @param watchedSince Nothing can be missed before.
   */
  since(id: string, labels: Labels, { lastAt, count }: Arrivals, watchedSince: number, now: number): number {
    let entry = this.#groups.get(id)
    if (entry === undefined) {
      entry = { labels, at: Number.NEGATIVE_INFINITY, since: Math.min(now, watchedSince), count: 0 }
      if (this.#groups.size >= mostGroups) this.#forgetLongestSilent()
      this.#groups.set(id, entry)
    }
    // A time ahead of the clock, which may have been set back, tells nothing: then the arrival of a sample does.
    const ahead = Math.max(entry.at, lastAt) > now
    if (ahead ? count > entry.count : lastAt > entry.at) {
      entry.since = ahead ? now : Math.max(lastAt, Math.min(now, watchedSince))
    }
    entry.at = Math.max(entry.at, lastAt)
    entry.count = count
    return entry.since
  }

  forget(id: string): void {
    this.#groups.delete(id)
  }

  snapshot(now: number): SeenGroup[] {
    return Array.from(this.#groups, ([id, { labels, at, since }]) => ({
      id,
      labels,
      ...(Number.isFinite(at) && { at }),
      silentMs: Math.max(0, now - since),
    }))
  }

  restore(groups: readonly SeenGroup[], now: number): void {
    for (const { id, labels, at = Number.NEGATIVE_INFINITY, silentMs } of groups) {
      this.#groups.set(id, { labels, at, since: now - silentMs, count: 0 })
    }
  }

  #forgetLongestSilent(): void {
    let [oldest, since] = ['', Number.POSITIVE_INFINITY]
    for (const [id, entry] of this.#groups) if (entry.since < since) [oldest, since] = [id, entry.since]
    this.#groups.delete(oldest)
  }
}
