import { canonicalLabels, type Labels, selectorLabels, selectorName, seriesKey } from '../series/labels.ts'
import type { SeriesRegistry } from '../series/registry.ts'
import type { Series } from '../series/series.ts'
import { type AlertMemory, step, type Timing } from './machine.ts'
import { checkRule, summaryOf, verdictOf } from './rule.ts'
import type { Alert, AlertRule, AlertState, AlertTransition } from './types.ts'

/** Durations that hold for all rules, ms. */
export interface AlertEngineOptions {
  /** How long a resolved alert stays in `alerts()`; default 900,000 (15 min). */
  readonly resolvedRetentionMs?: number
  /** A longer pause between evaluations restarts every wait for `forMs`; default 3,600,000 (1 h). */
  readonly outageToleranceMs?: number
}

/** Evaluates rules over the series in memory and remembers the state of each alert. */
export class AlertEngine {
  readonly #registry: SeriesRegistry
  readonly #resolvedRetentionMs: number
  readonly #outageToleranceMs: number
  readonly #rules = new Map<string, AlertRule>()
  readonly #memories = new Map<string, AlertMemory>()

  constructor(registry: SeriesRegistry, options: AlertEngineOptions = {}) {
    this.#registry = registry
    this.#resolvedRetentionMs = options.resolvedRetentionMs ?? 900_000
    this.#outageToleranceMs = options.outageToleranceMs ?? 3_600_000
  }

  /** Adds a rule, or replaces the one with its id and keeps the state of its alerts. */
  addRule(rule: AlertRule): void {
    checkRule(rule)
    this.#rules.set(rule.id, structuredClone(rule))
  }

  /** Removes a rule and its alerts; false where there was none. */
  removeRule(id: string): boolean {
    for (const [key, memory] of this.#memories) if (memory.alert.ruleId === id) this.#memories.delete(key)
    return this.#rules.delete(id)
  }

  rules(): readonly AlertRule[] {
    return [...this.#rules.values()]
  }

  alerts(filter: { readonly state?: AlertState } = {}): readonly Alert[] {
    const found: Alert[] = []
    for (const { alert } of this.#memories.values()) {
      if (filter.state === undefined || alert.state === filter.state) found.push(alert)
    }
    return found
  }

  evaluate(now: number): readonly AlertTransition[] {
    const transitions: AlertTransition[] = []
    for (const rule of this.#rules.values()) this.#evaluateRule(rule, now, transitions)
    for (const [id, { alert }] of this.#memories) {
      if (alert.state === 'resolved' && now - (alert.resolvedAt ?? now) > this.#resolvedRetentionMs) {
        this.#memories.delete(id)
      }
    }
    return transitions
  }

  #evaluateRule(rule: AlertRule, now: number, transitions: AlertTransition[]): void {
    const timing: Timing = {
      forMs: rule.forMs ?? 0,
      keepFiringForMs: rule.keepFiringForMs ?? 0,
      noData: rule.noData ?? 'keep',
      outageToleranceMs: this.#outageToleranceMs,
    }
    for (const [id, { labels, group }] of this.#groups(rule)) {
      const identity = {
        id,
        ruleId: rule.id,
        labels: rule.labels === undefined ? labels : canonicalLabels({ ...labels, ...rule.labels }),
        summary: summaryOf(rule),
      }
      const { memory, transition } = step(this.#memories.get(id), verdictOf(rule, group, now), now, timing, identity)
      if (memory === undefined) this.#memories.delete(id)
      else this.#memories.set(id, memory)
      if (transition !== undefined) transitions.push(transition)
    }
  }

  /** Series by alert id; an alert whose series have gone is still judged, on no samples. */
  #groups(rule: AlertRule): Map<string, { labels: Labels; group: Series[] }> {
    const list = this.#registry.select(selectorName(rule.metric), selectorLabels(rule.metric))
    const groups = new Map<string, { labels: Labels; group: Series[] }>()
    if (rule.groupBy === undefined) {
      groups.set(rule.id, { labels: {}, group: list })
      return groups
    }
    for (const series of list) {
      const labels: Record<string, string> = {}
      for (const name of rule.groupBy) labels[name] = series.labels[name] ?? ''
      const sorted = canonicalLabels(labels)
      const id = seriesKey(rule.id, sorted)
      const known = groups.get(id)
      if (known === undefined) groups.set(id, { labels: sorted, group: [series] })
      else known.group.push(series)
    }
    for (const [id, { alert }] of this.#memories) {
      if (alert.ruleId === rule.id && !groups.has(id)) groups.set(id, { labels: alert.labels, group: [] })
    }
    return groups
  }
}
