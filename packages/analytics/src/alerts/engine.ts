import { AnalyticsError } from '../errors.ts'
import { canonicalLabels, type Labels, selectorLabels, selectorName, seriesKey } from '../series/labels.ts'
import type { SeriesRegistry } from '../series/registry.ts'
import type { Series } from '../series/series.ts'
import { AlertHistory } from './history.ts'
import { kindOf, type RuleKind } from './kinds/index.ts'
import type { Watched } from './kinds/kind.ts'
import { type AlertMemory, step, type Timing } from './machine.ts'
import { checkRule } from './rule.ts'
import type { Alert, AlertRule, AlertRuleBase, AlertState, AlertTransition } from './types.ts'

/** Durations and bounds that hold for all rules. */
export interface AlertEngineOptions {
  /** How long a resolved alert stays in `alerts()`, ms; default 900,000 (15 min). */
  readonly resolvedRetentionMs?: number
  /** A longer pause between evaluations restarts every wait for `forMs`, ms; default 3,600,000 (1 h). */
  readonly outageToleranceMs?: number
  /** Transitions remembered for each rule; default 50. */
  readonly historyPerRule?: number
}

interface Held {
  readonly rule: AlertRule
  readonly kind: RuleKind<AlertRule>
  readonly summary: string
  readonly timing: Timing
  readonly addedAt: number
  readonly watched: Map<string, Watched>
}

/** Evaluates rules over the series in memory and remembers the state of each alert. */
export class AlertEngine {
  readonly #registry: SeriesRegistry
  readonly #options: Required<AlertEngineOptions>
  readonly #rules = new Map<string, Held>()
  readonly #memories = new Map<string, AlertMemory>()
  readonly #history: AlertHistory

  constructor(registry: SeriesRegistry, options: AlertEngineOptions = {}) {
    this.#registry = registry
    this.#options = { resolvedRetentionMs: 900_000, outageToleranceMs: 3_600_000, historyPerRule: 50, ...options }
    this.#history = new AlertHistory(this.#options.historyPerRule)
  }

  /** Adds a rule, or replaces the one with its id and keeps the state of its alerts. */
  addRule(given: AlertRule, now: number): void {
    checkRule(given)
    const rule = structuredClone(given)
    const kind = kindOf(rule) as RuleKind<AlertRule>
    const { forMs = 0, keepFiringForMs = 0, noData = 'keep' }: Partial<AlertRuleBase> = rule
    this.#rules.set(rule.id, {
      rule,
      kind,
      summary: rule.summary ?? kind.summary(rule),
      timing: { forMs, keepFiringForMs, noData, outageToleranceMs: this.#options.outageToleranceMs },
      addedAt: this.#rules.get(rule.id)?.addedAt ?? now,
      watched: new Map(),
    })
  }

  /** Removes a rule and its alerts; false where there was none. */
  removeRule(id: string): boolean {
    for (const [key, memory] of this.#memories) if (memory.alert.ruleId === id) this.#memories.delete(key)
    this.#history.forget(id)
    return this.#rules.delete(id)
  }

  rules(): readonly AlertRule[] {
    return [...this.#rules.values()].map((held) => held.rule)
  }

  alerts(filter: { readonly state?: AlertState } = {}): readonly Alert[] {
    const found: Alert[] = []
    for (const { alert } of this.#memories.values()) {
      if (filter.state === undefined || alert.state === filter.state) found.push(alert)
    }
    return found
  }

  /** Newest first. */
  history(ruleId?: string): readonly AlertTransition[] {
    return this.#history.list(ruleId)
  }

  /** @throws AnalyticsError `ALERT_UNKNOWN` */
  acknowledge(id: string, by: string, now: number): Alert {
    const memory = this.#memories.get(id)
    if (memory === undefined || memory.alert.state === 'resolved') {
      throw new AnalyticsError(
        'ALERT_UNKNOWN',
        `There is no open alert ${JSON.stringify(id)}.`,
        'Take an id from the list of alerts.',
      )
    }
    const alert: Alert = { ...memory.alert, acknowledged: { by, at: now } }
    this.#memories.set(id, { ...memory, alert })
    return alert
  }

  evaluate(now: number): readonly AlertTransition[] {
    const transitions: AlertTransition[] = []
    for (const held of this.#rules.values()) this.#evaluateRule(held, now, transitions)
    for (const [id, { alert }] of this.#memories) {
      const over = alert.state === 'resolved' && now - (alert.resolvedAt ?? now) > this.#options.resolvedRetentionMs
      if (over) this.#memories.delete(id)
    }
    for (const transition of transitions) this.#history.add(transition)
    return transitions
  }

  /** Everything that has to survive a restart, as JSON. */
  memories(): readonly AlertMemory[] {
    return [...this.#memories.values()]
  }

  restore(memories: readonly AlertMemory[], history: readonly AlertTransition[]): void {
    for (const memory of memories) this.#memories.set(memory.alert.id, memory)
    for (const transition of history.toSorted((a, b) => a.at - b.at)) this.#history.add(transition)
  }

  #evaluateRule(held: Held, now: number, transitions: AlertTransition[]): void {
    const { rule, kind, timing, summary, addedAt, watched } = held
    const list = this.#registry.select(selectorName(rule.metric), selectorLabels(rule.metric))
    const judge = (id: string, labels: Labels, group: readonly Series[]): void => {
      const verdict = kind.verdict(rule, { now, group, addedAt, watched })
      const before = this.#memories.get(id)
      if (before === undefined && verdict.type !== 'breach') return
      const identity = {
        id,
        ruleId: rule.id,
        labels: rule.labels === undefined ? labels : canonicalLabels({ ...labels, ...rule.labels }),
        summary,
      }
      const { memory, transition } = step(before, verdict, now, timing, identity)
      if (memory === undefined) this.#memories.delete(id)
      else this.#memories.set(id, memory)
      if (transition !== undefined) transitions.push(transition)
    }
    if (watched.size > list.length) forgetDropped(watched, list)
    if (rule.groupBy === undefined) judge(rule.id, {}, list)
    else for (const [id, { labels, group }] of this.#groups(rule, rule.groupBy, list)) judge(id, labels, group)
  }

  /** Series by alert id; an alert whose series have gone is still judged, on no samples. */
  #groups(
    rule: AlertRule,
    by: readonly string[],
    list: readonly Series[],
  ): Map<string, { labels: Labels; group: Series[] }> {
    const groups = new Map<string, { labels: Labels; group: Series[] }>()
    for (const series of list) {
      const labels: Record<string, string> = {}
      for (const name of by) labels[name] = series.labels[name] ?? ''
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

/** A detector of a series that has left memory has nothing to read any more. */
function forgetDropped(watched: Map<string, Watched>, list: readonly Series[]): void {
  const held = new Set(list.map((series) => series.key))
  for (const key of watched.keys()) if (!held.has(key)) watched.delete(key)
}
