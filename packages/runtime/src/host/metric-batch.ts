import type { MetricSample } from '@refbot/plugin-sdk/host'
import { z } from 'zod'

/** Samples of one batch at most. */
export const MAX_SAMPLES = 5000

const text = (most: number) => z.string().max(most)
/** A string of names and labels, of sizes that a frame can hold. */
const series = z.object({ name: text(200).min(1), labels: z.record(text(200), text(1000)) })

/** What a plugin may record. */
export const metricSample = series.extend({ value: z.number(), at: z.number() })

/**
 * Samples as columns: a series once, then a number for each of its samples. Ten thousand of them are read and checked
 * in a millisecond; as objects they would hold up the host's loop for ten, and for a hundred when it has just started.
 */
const columns = z.object({
  series: z.array(series).max(MAX_SAMPLES),
  /** Of each sample: its series. */
  of: z.instanceof(Uint16Array),
  values: z.instanceof(Float64Array),
  /** Epoch milliseconds. */
  at: z.instanceof(Float64Array),
})

export const metricBatch = columns.refine(
  isWhole,
  'columns of one length, with finite numbers of series that are there',
)

export type MetricBatch = z.output<typeof columns>

function isWhole({ series, of, values, at }: MetricBatch): boolean {
  if (of.length > MAX_SAMPLES || values.length !== of.length || at.length !== of.length) return false
  return of.every((n) => n < series.length) && values.every(Number.isFinite) && at.every(Number.isFinite)
}

export function toBatch(samples: readonly MetricSample[]): MetricBatch {
  const series: MetricBatch['series'] = []
  const known = new Map<string, number>()
  const numberOf = ({ name, labels }: MetricSample) => {
    const key = JSON.stringify([name, labels])
    const number = known.get(key) ?? series.length
    if (number === series.length) {
      known.set(key, number)
      series.push({ name, labels: { ...labels } })
    }
    return number
  }
  return {
    series,
    of: Uint16Array.from(samples, numberOf),
    values: Float64Array.from(samples, ({ value }) => value),
    at: Float64Array.from(samples, ({ at }) => at),
  }
}

export function samplesOf({ series, of, values, at }: MetricBatch): readonly MetricSample[] {
  return Array.from(of, (number, n) => {
    const { name = '', labels = {} } = series[number] ?? {}
    return { name, labels, value: values[n] ?? 0, at: at[n] ?? 0 }
  })
}
