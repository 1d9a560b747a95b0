import { relaxed } from '../operation.ts'

export interface StoredSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** Epoch milliseconds. */
  readonly at: number
  readonly value: number
}

export interface SampleRange {
  readonly names?: readonly string[]
  /** Inclusive. */
  readonly since: number
  /** Exclusive. */
  readonly until: number
}

export interface SamplePage {
  readonly samples: readonly StoredSample[]
  /** Undefined at the end. */
  readonly next: SampleCursor | undefined
}

export interface SampleCursor {
  readonly at: number
  readonly id: number
}

/** Rows a page: bounds what one read keeps in memory and in a message. */
const PAGE = 5000

export const metricOperations = {
  'metric.append': relaxed(async ({ db, now }, samples: readonly StoredSample[]): Promise<void> => {
    for (let start = 0; start < samples.length; start += ROWS_PER_INSERT) {
      const rows = samples.slice(start, start + ROWS_PER_INSERT).map((sample) => ({
        name: sample.name,
        labels: canonicalLabels(sample.labels),
        at: sample.at,
        value: sample.value,
        created_at: now,
      }))
      await db.insertInto('metric_sample').values(rows).execute()
    }
  }),

  'metric.read': relaxed(
    async ({ db }, args: { range: SampleRange; after?: SampleCursor | undefined }): Promise<SamplePage> => {
      const { range, after } = args
      let select = db
        .selectFrom('metric_sample')
        .selectAll()
        .where('at', '>=', range.since)
        .where('at', '<', range.until)
      if (range.names !== undefined) select = select.where('name', 'in', [...range.names])
      if (after !== undefined) {
        select = select.where((where) =>
          where.or([where('at', '>', after.at), where.and([where('at', '=', after.at), where('id', '>', after.id)])]),
        )
      }
      const rows = await select.orderBy('at').orderBy('id').limit(PAGE).execute()
      const last = rows.at(-1)
      return {
        samples: rows.map((row) => ({
          name: row.name,
          labels: JSON.parse(row.labels) as Record<string, string>,
          at: row.at,
          value: row.value,
        })),
        next: rows.length < PAGE || last === undefined ? undefined : { at: last.at, id: last.id },
      }
    },
  ),
}

/** 5 values a row keep one statement below every engine's limit of parameters. */
const ROWS_PER_INSERT = 200

function canonicalLabels(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))))
}
