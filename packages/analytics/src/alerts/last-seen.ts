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

interface Entry {
  readonly labels: Labels
  at: number
  since: number
}

const mostGroups = 10_000

/**
 * Since when groups of series are silent. It remembers groups whose series have left memory, and goes on after a restart
 * where it was: the time in which no process could record anything is no silence, and no recovery either.
 */
export class LastSeen {
  readonly #groups = new Map<string, Entry>()

  /** The groups that are known, by alert id. */
  get groups(): ReadonlyMap<string, { readonly labels: Labels }> {
    return this.#groups
  }

  /**
   * Since when the group is silent, epoch ms.
   * @param lastAt Time of its newest sample in memory; -Infinity without one. @param watchedSince Nothing can be missed before.
   */
  since(id: string, labels: Labels, lastAt: number, watchedSince: number): number {
    let entry = this.#groups.get(id)
    if (entry === undefined) {
      entry = { labels, at: Number.NEGATIVE_INFINITY, since: watchedSince }
      if (this.#groups.size >= mostGroups) this.#forgetLongestSilent()
      this.#groups.set(id, entry)
    }
    if (lastAt > entry.at) {
      entry.at = lastAt
      entry.since = Math.max(lastAt, watchedSince)
    }
    return entry.since
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
      this.#groups.set(id, { labels, at, since: now - silentMs })
    }
  }

  #forgetLongestSilent(): void {
    let [oldest, since] = ['', Number.POSITIVE_INFINITY]
    for (const [id, entry] of this.#groups) if (entry.since < since) [oldest, since] = [id, entry.since]
    this.#groups.delete(oldest)
  }
}
