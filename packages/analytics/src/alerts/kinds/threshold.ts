import { checkAggregate } from '../../query/aggregate.ts'
import { windowAggregate } from '../../query/window.ts'
import type { AlertSeverity, Band, ChangeRule, RangeRule, ThresholdRule } from '../types.ts'
import {
  checkLevels,
  defaultWindowMs,
  judge,
  levelsOf,
  metricText,
  noVerdict,
  type RuleKind,
  refuse,
  type Scene,
} from './kind.ts'

/** The aggregate of the window that ends `back` windows ago; undefined where it holds too few samples. */
function measure(rule: ThresholdRule | RangeRule | ChangeRule, scene: Scene, back = 0): number | undefined {
  const windowMs = rule.windowMs ?? defaultWindowMs
  const until = scene.now - back * windowMs
  const { value, samples } = windowAggregate(scene.group, until - windowMs, until, rule.aggregate ?? 'mean')
  return samples < (rule.minSamples ?? 1) ? undefined : value
}

function measureText(rule: ThresholdRule | RangeRule | ChangeRule): string {
  const aggregate = rule.aggregate ?? 'mean'
  return `${typeof aggregate === 'string' ? aggregate : `p${aggregate.quantile * 100}`} of ${metricText(rule)}`
}

export const threshold: RuleKind<ThresholdRule> = {
  check(rule) {
    if (rule.aggregate !== undefined) checkAggregate(rule.aggregate)
    const sign = rule.kind === 'upper' ? 1 : -1
    checkLevels(rule, sign)
    const mildest = levelsOf(rule.levels)[0]?.[1] ?? Number.NaN
    if (rule.recovery !== undefined && !(sign * rule.recovery <= sign * mildest)) {
      refuse(rule, 'recovers on the bad side of its own level', 'Put the recovery on the good side of all levels.')
    }
  },
  verdict(rule, scene) {
    const value = measure(rule, scene)
    if (value === undefined) return noVerdict
    return judge(rule.kind === 'upper' ? 1 : -1, rule.levels, value, rule.recovery)
  },
  summary: (rule) => `${measureText(rule)} is ${rule.kind === 'upper' ? 'above' : 'below'} its level`,
}

const contains = ([lower, upper]: Band, [innerLower, innerUpper]: Band): boolean =>
  lower <= innerLower && upper >= innerUpper

export const range: RuleKind<RangeRule> = {
  check(rule) {
    if (rule.aggregate !== undefined) checkAggregate(rule.aggregate)
    const bands = levelsOf(rule.levels).map(([, band]) => band)
    const all = [...(rule.recovery === undefined ? [] : [rule.recovery]), ...bands]
    if (bands.length === 0 || !all.every(([lower, upper]) => lower < upper)) {
      refuse(rule, 'has no band from a lower to an upper value', 'Give levels such as { warning: [10, 20] }.')
    }
    for (const [i, band] of all.entries()) {
      const inner = all[i - 1]
      if (inner !== undefined && !contains(band, inner)) {
        refuse(rule, 'has a band that does not contain the milder one', 'Make each graver band the wider one.')
      }
    }
  },
  verdict(rule, scene) {
    const value = measure(rule, scene)
    if (value === undefined) return noVerdict
    const breached = new Map<AlertSeverity, number>()
    for (const [severity, [lower, upper]] of levelsOf(rule.levels)) {
      if (value < lower) breached.set(severity, lower)
      else if (value > upper) breached.set(severity, upper)
    }
    if (breached.size > 0) return { type: 'breach', value, breached }
    const { recovery } = rule
    const recovered = recovery === undefined || (value >= recovery[0] && value <= recovery[1])
    return { type: recovered ? 'clear' : 'between', value }
  },
  summary: (rule) => `${measureText(rule)} is out of its range`,
}

export const change: RuleKind<ChangeRule> = {
  check(rule) {
    if (rule.aggregate !== undefined) checkAggregate(rule.aggregate)
    checkLevels(rule, 1, [Number.MIN_VALUE, Number.POSITIVE_INFINITY])
    const { direction = 'both', measure: unit = 'relative' } = rule
    if (!['up', 'down', 'both'].includes(direction) || !['relative', 'absolute'].includes(unit)) {
      refuse(rule, `looks at ${unit} changes ${direction}`, 'Use up, down or both, and relative or absolute.')
    }
  },
  verdict(rule, scene) {
    const [before, after] = [measure(rule, scene, 1), measure(rule, scene)]
    if (before === undefined || after === undefined) return noVerdict
    const difference = after - before
    // From 0 every change is beyond any share.
    const size = rule.measure === 'absolute' || difference === 0 ? difference : difference / Math.abs(before)
    const directed = rule.direction === 'up' ? size : rule.direction === 'down' ? -size : Math.abs(size)
    return judge(1, rule.levels, Math.max(-Number.MAX_VALUE, Math.min(directed, Number.MAX_VALUE)))
  },
  summary: (rule) => `${measureText(rule)} changes faster than it may`,
}
