import { getOrMake } from '../get-or-make.ts'
import { type Labels, labelsOf, seriesKey, sortedLabels } from '../series/labels.ts'
import type { Series } from '../series/series.ts'

/** The series of each alert, by its id. */
export type Groups = Map<string, { readonly labels: Labels; readonly group: Series[] }>

/** @param by Labels of which each combination of values is an alert of the rule. */
export function groupSeries(ruleId: string, by: readonly string[], list: readonly Series[]): Groups {
  const groups: Groups = new Map()
  for (const series of list) {
    const labels = sortedLabels(labelsOf(series.labels, by))
    getOrMake(groups, seriesKey(ruleId, labels), () => ({ labels, group: [] })).group.push(series)
  }
  return groups
}
