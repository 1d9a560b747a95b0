import { AnalyticsError } from '../errors.ts'

/** Names and values that tell the series of one metric apart. */
export type Labels = Readonly<Record<string, string>>

/** One metric, or those of its series whose labels have all of these values. */
export type MetricSelector = string | { readonly name: string; readonly labels?: Labels }

/** Limits of names and labels. */
export interface LabelLimits {
  /** Characters of a metric's name. */
  readonly nameLength: number
  /** Labels of one series. */
  readonly labelCount: number
  /** Characters of one label's value. */
  readonly labelValueLength: number
}

export const defaultLabelLimits: LabelLimits = { nameLength: 200, labelCount: 16, labelValueLength: 1_000 }

const namePattern = /^[A-Za-z_][A-Za-z0-9_.:/-]*$/
const labelPattern = /^(?!__)[A-Za-z_][A-Za-z0-9_.-]*$/
const noLabels: Labels = Object.freeze({})

const shown = (text: unknown): string => JSON.stringify(String(text).slice(0, 40))

/** @throws AnalyticsError `METRIC_NAME_INVALID` */
export function checkName(name: unknown, limits: LabelLimits = defaultLabelLimits): asserts name is string {
  if (typeof name === 'string' && name.length <= limits.nameLength && namePattern.test(name)) return
  const length = typeof name === 'string' ? `${name.length} characters` : typeof name
  throw new AnalyticsError(
    'METRIC_NAME_INVALID',
    `The metric name ${shown(name)} (${length}) is not acceptable.`,
    `Use 1 to ${limits.nameLength} of the characters A-Z a-z 0-9 _ . : / -, beginning with a letter or _.`,
  )
}

/**
 * The same labels, sorted by name and frozen; the caller's object is not kept.
 * @throws AnalyticsError `METRIC_LABELS_INVALID`
 */
export function canonicalLabels(labels: Labels | undefined, limits: LabelLimits = defaultLabelLimits): Labels {
  if (labels === undefined) return noLabels
  const names = Object.keys(labels)
  if (names.length === 0) return noLabels
  if (names.length > limits.labelCount) {
    throw new AnalyticsError(
      'METRIC_LABELS_INVALID',
      `${names.length} labels are more than a series may have.`,
      `Use at most ${limits.labelCount} labels.`,
    )
  }
  for (const name of names) {
    const value: unknown = labels[name]
    if (name.length > limits.nameLength || !labelPattern.test(name)) {
      throw new AnalyticsError(
        'METRIC_LABELS_INVALID',
        `The label name ${shown(name)} is not acceptable.`,
        'Use the characters A-Z a-z 0-9 _ . -, beginning with a letter or a single _.',
      )
    }
    if (typeof value !== 'string' || value.length > limits.labelValueLength || !value.isWellFormed()) {
      throw new AnalyticsError(
        'METRIC_LABELS_INVALID',
        `The value ${shown(value)} of the label ${shown(name)} is not acceptable.`,
        `Give a string of at most ${limits.labelValueLength} characters.`,
      )
    }
  }
  return sortedLabels(labels)
}

/** The same labels, sorted by name and frozen, of which each was checked before. */
export function sortedLabels(labels: Labels): Labels {
  const sorted: Record<string, string> = {}
  for (const name of Object.keys(labels).sort()) sorted[name] = labels[name] as string
  return Object.freeze(sorted)
}

/** The value of each of these labels, empty where there is none. */
export function labelsOf(labels: Labels, names: readonly string[]): Record<string, string> {
  // Any name may be asked for, and one such as `constructor` is known to every object.
  return Object.fromEntries(names.map((name) => [name, Object.hasOwn(labels, name) ? (labels[name] as string) : '']))
}

/** @throws AnalyticsError `METRIC_LABELS_INVALID` */
export function checkLabelNames(names: readonly string[], limits?: LabelLimits): void {
  canonicalLabels(Object.fromEntries(names.map((name) => [name, ''])), limits)
}

/** What identifies a series: the name, and the canonical labels as JSON. A name holds no brace, so keys cannot collide. */
export function seriesKey(name: string, canonical: Labels): string {
  const text = JSON.stringify(canonical)
  return text === '{}' ? name : name + text
}

/** True where `labels` has every label of `wanted` with the same value. */
export function labelsMatch(labels: Labels, wanted: Labels | undefined): boolean {
  if (wanted === undefined) return true
  for (const name in wanted) if (labels[name] !== wanted[name]) return false
  return true
}

export function selectorName(selector: MetricSelector): string {
  return typeof selector === 'string' ? selector : selector.name
}

export function selectorLabels(selector: MetricSelector): Labels | undefined {
  return typeof selector === 'string' ? undefined : selector.labels
}
