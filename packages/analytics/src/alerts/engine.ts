import { AnalyticsError } from '../errors.ts'
import { type Labels, selectorLabels, selectorName, sortedLabels } from '../series/labels.ts'
import type { SeriesRegistry } from '../series/registry.ts'
import type { Series } from '../series/series.ts'
import { type Groups, groupSeries } from './groups.ts'
import { AlertHistory } from './history.ts'
import { kindOf, type RuleKind } from './kinds/index.ts'
import { type DetectorMemory, forgetDropped, remembered, type Watched } from './kinds/watched.ts'
import { LastSeen, type SeenGroup } from './last-seen.ts'
import { type AlertMemory, retire, type Step, step, type Timing } from './machine.ts'
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
  /** Firing alerts of one rule whose series have left memory; beyond it the oldest end; default 10,000. */
  readonly lostPerRule?: number
}

interface Held {
  readonly rule: AlertRule
  readonly kind: RuleKind<AlertRule>
  readonly summary: string
  readonly timing: Timing
  readonly addedAt: number
  readonly watched: Map<string, Watched>
  readonly seen: LastSeen
  /** What it looks at; with another one, an alert of the same id is another alert. */
  readonly subject: string
}

/** What has to survive a restart of one rule that watches for silence. */
export interface SilenceMemory {
  readonly ruleId: string
  readonly subject: string
  readonly groups: readonly SeenGroup[]
}

const subjectOf = (rule: AlertRule): string => JSON.stringify([rule.kind, rule.metric, rule.groupBy ?? null])

/** Evaluates rules over the series in memory and remembers the state of each alert. */
export class AlertEngine {
  readonly #registry: SeriesRegistry
  readonly #options: Required<AlertEngineOptions>
  readonly #rules = new Map<string, Held>()
  readonly #memories = new Map<string, AlertMemory>()
  readonly #history: AlertHistory
  /** Whether an alert or a history may belong to a rule that is gone or changed. */
  #rulesChanged = false
  /** Of rules that were not added yet. */
  #silences = new Map<string, SilenceMemory>()
  #detectors = new Map<string, DetectorMemory[]>()

  constructor(registry: SeriesRegistry, options: AlertEngineOptions = {}) {
    this.#registry = registry
    this.#options = {
      resolvedRetentionMs: 900_000,
      outageToleranceMs: 3_600_000,
      historyPerRule: 50,
      lostPerRule: 10_000,
      ...options,
    }
    this.#history = new AlertHistory(this.#options.historyPerRule)
  }

  /**
   * Adds a rule, or replaces the one with its id. The state of its alerts is kept where it still looks at the same
   * (kind, metric, groups); else they end with the next evaluation.
   */
  addRule(given: AlertRule, now: number): void {
    checkRule(given, this.#registry.limits)
    const rule = structuredClone(given)
    const kind = kindOf(rule) as RuleKind<AlertRule>
    const { forMs = 0, keepFiringForMs = 0, noData = 'keep' }: Partial<AlertRuleBase> = rule
    const subject = subjectOf(rule)
    const before = this.#rules.get(rule.id)
    const same = before?.subject === subject ? before : undefined
    const seen = same?.seen ?? new LastSeen()
    const restored = this.#silences.get(rule.id)
    if (restored?.subject === subject) seen.restore(restored.groups, now)
    this.#silences.delete(rule.id)
    this.#rulesChanged = true
    const held: Held = {
      rule,
      kind,
      summary: rule.summary ?? kind.summary(rule),
      timing: { forMs, keepFiringForMs, noData, outageToleranceMs: this.#options.outageToleranceMs },
      addedAt: same?.addedAt ?? now,
      watched: new Map(),
      seen,
      subject,
    }
    this.#teach(held)
    this.#rules.set(rule.id, held)
  }

  /** Removes a rule; its alerts end with the next evaluation, unless it is added again before. False where there was none. */
  removeRule(id: string): boolean {
    this.#rulesChanged = true
    return this.#rules.delete(id)
  }

  rules(): readonly AlertRule[] {
    return [...this.#rules.values()].map((held) => held.rule)
  }

  alerts(filter: { readonly state?: AlertState } = {}): readonly Alert[] {
    const found: Alert[] = []
    for (const memory of this.#memories.values()) {
      const { alert } = memory
      if (alert.state !== 'resolved' && !this.#judged(memory)) continue
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
    if (memory === undefined || memory.alert.state === 'resolved' || !this.#judged(memory)) {
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
    if (this.#rulesChanged) {
      for (const [id, memory] of this.#memories) {
        if (!this.#judged(memory)) this.#keep(id, retire(memory, now), transitions)
      }
    }
    for (const held of this.#rules.values()) this.#evaluateRule(held, now, transitions)
    for (const [id, { alert }] of this.#memories) {
      const over = alert.state === 'resolved' && now - (alert.resolvedAt ?? now) > this.#options.resolvedRetentionMs
      if (over) this.#memories.delete(id)
    }
    for (const transition of transitions) this.#history.add(transition)
    if (this.#rulesChanged) this.#forgetHistory()
    return transitions
  }

  /** Everything that has to survive a restart, as JSON. */
  memories(): readonly AlertMemory[] {
    return [...this.#memories.values()]
  }

  /** Since when the groups of rules for absence are silent. */
  silenceMemories(now: number): readonly SilenceMemory[] {
    const found: SilenceMemory[] = [...this.#silences.values()]
    for (const [ruleId, { seen, subject }] of this.#rules) {
      if (seen.groups.size > 0) found.push({ ruleId, subject, groups: seen.snapshot(now) })
    }
    return found
  }

  /** What the detectors of the anomaly rules have learned. */
  detectorMemories(): readonly DetectorMemory[] {
    const found: DetectorMemory[] = [...this.#detectors.values()].flat()
    for (const [ruleId, { watched, subject }] of this.#rules) {
      for (const [series, state] of watched) found.push({ ruleId, subject, series, ...state.save() })
    }
    return found
  }

  restoreDetectors(memories: readonly DetectorMemory[]): void {
    this.#detectors = Map.groupBy(memories, ({ ruleId }) => ruleId)
    for (const held of this.#rules.values()) this.#teach(held)
  }

  #teach({ rule, watched, subject }: Held): void {
    for (const memory of this.#detectors.get(rule.id) ?? []) {
      if (rule.kind !== 'anomaly' || memory.subject !== subject) continue
      const state = remembered(rule, memory)
      if (state !== undefined) watched.set(memory.series, state)
    }
    this.#detectors.delete(rule.id)
  }

  restore(
    memories: readonly AlertMemory[],
    history: readonly AlertTransition[],
    silences: readonly SilenceMemory[],
    now: number,
  ): void {
    this.#rulesChanged = true
    for (const memory of memories) this.#memories.set(memory.alert.id, memory)
    for (const transition of history.toReversed().toSorted((a, b) => a.at - b.at)) this.#history.add(transition)
    for (const silence of silences) {
      const held = this.#rules.get(silence.ruleId)
      if (held === undefined) this.#silences.set(silence.ruleId, silence)
      else if (held.subject === silence.subject) held.seen.restore(silence.groups, now)
    }
  }

  /** The history of a rule that is gone stays as long as its ended alerts do. */
  #forgetHistory(): void {
    const kept = new Set(Array.from(this.#memories.values(), ({ alert }) => alert.ruleId))
    this.#history.keepOnly((ruleId) => this.#rules.has(ruleId) || kept.has(ruleId))
    this.#rulesChanged = [...kept].some((ruleId) => !this.#rules.has(ruleId))
  }

  /** True where a rule still judges this alert. */
  #judged({ alert, subject }: AlertMemory): boolean {
    const held = this.#rules.get(alert.ruleId)
    return held !== undefined && (subject === undefined || subject === held.subject)
  }

  #keep(id: string, { memory, transition }: Step, transitions: AlertTransition[], subject?: string): void {
    if (memory === undefined) this.#memories.delete(id)
    else this.#memories.set(id, subject === undefined ? memory : { ...memory, subject })
    if (transition !== undefined) transitions.push(transition)
  }

  #evaluateRule(held: Held, now: number, transitions: AlertTransition[]): void {
    const { rule, kind, timing, summary, addedAt, watched, seen, subject } = held
    const list = this.#registry.select(selectorName(rule.metric), selectorLabels(rule.metric))
    const judge = (id: string, labels: Labels, group: readonly Series[]): void => {
      const verdict = kind.verdict(rule, { now, id, labels, group, addedAt, watched, seen })
      const before = this.#memories.get(id)
      if (before === undefined && verdict.type !== 'breach') return
      const identity = {
        id,
        ruleId: rule.id,
        labels: rule.labels === undefined ? labels : sortedLabels({ ...labels, ...rule.labels }),
        summary,
      }
      this.#keep(id, step(before, verdict, now, timing, identity), transitions, subject)
    }
    seen.look(now)
    if (watched.size > list.length) forgetDropped(watched, list)
    if (rule.groupBy === undefined) {
      judge(rule.id, {}, list)
      return
    }
    const groups = groupSeries(rule.id, rule.groupBy, list)
    this.#addLost(groups, held, now, transitions)
    for (const [id, { labels, group }] of groups) judge(id, labels, group)
  }

  /** An alert whose series have gone is still judged, on no samples; but labels that come and go must not fill the memory. */
  #addLost(groups: Groups, { rule, seen, subject }: Held, now: number, transitions: AlertTransition[]): void {
    const lost: AlertMemory[] = []
    for (const [id, memory] of this.#memories) {
      const { alert } = memory
      if (alert.ruleId !== rule.id || groups.has(id) || (memory.subject ?? subject) !== subject) continue
      if (alert.state === 'resolved') continue
      if (alert.state === 'firing') lost.push(memory)
      else groups.set(id, { labels: alert.labels, group: [] })
    }
    const surplus = Math.max(0, lost.length - this.#options.lostPerRule)
    for (const { alert } of lost.slice(surplus)) groups.set(alert.id, { labels: alert.labels, group: [] })
    for (const memory of lost.slice(0, surplus)) {
      seen.forget(memory.alert.id)
      this.#keep(memory.alert.id, retire(memory, now), transitions)
    }
    for (const [id, { labels }] of seen.groups) if (!groups.has(id)) groups.set(id, { labels, group: [] })
  }
}
