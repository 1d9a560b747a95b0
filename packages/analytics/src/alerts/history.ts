import type { AlertTransition } from './types.ts'

/** Transitions of the past, bounded for each rule by itself, so that a flapping rule pushes out nothing but its own. */
export class AlertHistory {
  readonly #perRule: number
  readonly #rules = new Map<string, AlertTransition[]>()

  /** @param perRule Transitions kept for each rule. */
  constructor(perRule: number) {
    this.#perRule = perRule
  }

  add(transition: AlertTransition): void {
    const { ruleId } = transition.alert
    const kept = this.#rules.get(ruleId) ?? []
    this.#rules.set(ruleId, kept)
    kept.push(transition)
    if (kept.length > this.#perRule) kept.shift()
  }

  /** Newest first. */
  list(ruleId?: string): readonly AlertTransition[] {
    const kept = ruleId === undefined ? [...this.#rules.values()].flat() : (this.#rules.get(ruleId) ?? [])
    return kept.toSorted((a, b) => b.at - a.at)
  }

  /** Forgets all rules but these. */
  keepOnly(wanted: (ruleId: string) => boolean): void {
    for (const id of this.#rules.keys()) if (!wanted(id)) this.#rules.delete(id)
  }
}
