import type { MetricHandle, MetricsAggregator } from '@refbot/analytics'
import type { MetricBatch } from '../host/index.ts'

/** Records what a plugin's process said. @returns why samples were refused, one reason a series */
export function recordBatch(
  analytics: Pick<MetricsAggregator, 'bind'>,
  plugin: string,
  { series, of, values, at }: MetricBatch,
): readonly string[] {
  const refused = new Map<number, string>()
  const handles: (MetricHandle | undefined)[] = series.map(({ name, labels }, number) => {
    try {
      return analytics.bind(name, { ...labels, plugin })
    } catch (error) {
      refused.set(number, (error as Error).message)
      return undefined
    }
  })
  for (let n = 0; n < of.length; n += 1) {
    const number = of[n] as number
    try {
      handles[number]?.record(values[n] as number, at[n])
    } catch (error) {
      refused.set(number, (error as Error).message)
    }
  }
  return [...refused.values()]
}

/** Of different reasons, so many are told; a plugin can think of any number. */
const MOST_REASONS = 100

/** Why samples were refused, each reason once. */
export class Reasons {
  readonly #told = new Set<string>()

  isNew(reason: string): boolean {
    if (this.#told.has(reason) || this.#told.size >= MOST_REASONS) return false
    this.#told.add(reason)
    return true
  }
}
