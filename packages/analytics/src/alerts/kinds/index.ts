import type { Verdict } from '../machine.ts'
import type { AlertRule } from '../types.ts'
import { absence } from './absence.ts'
import { anomaly } from './anomaly.ts'
import type { RuleKind, Scene } from './kind.ts'
import { burning, successRate } from './success.ts'
import { change, range, threshold } from './threshold.ts'

const kinds: { readonly [Kind in AlertRule['kind']]: RuleKind<Extract<AlertRule, { kind: Kind }>> } = {
  upper: threshold as RuleKind<Extract<AlertRule, { kind: 'upper' }>>,
  lower: threshold as RuleKind<Extract<AlertRule, { kind: 'lower' }>>,
  range,
  absence,
  anomaly,
  'rate-of-change': change,
  'success-rate': successRate,
  'burn-rate': burning,
}

/** The kind of a rule; undefined where there is none of that name. */
export function kindOf(rule: AlertRule): RuleKind<AlertRule> | undefined {
  // The table pairs each kind with its rules; that it is looked up by the rule's own kind is what makes the cast true.
  return Object.hasOwn(kinds, rule.kind) ? (kinds[rule.kind] as unknown as RuleKind<AlertRule>) : undefined
}

export type { RuleKind, Scene, Verdict }
