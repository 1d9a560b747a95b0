import { CompiledQuery } from 'kysely'
import { relaxed } from '../operation.ts'

export interface SelectArgs {
  readonly sql: string
  readonly parameters?: readonly (string | number | null)[]
}

export const selectOperations = {
  /** Any reading statement, for long analyses; the connection that runs it cannot write. */
  select: relaxed(async ({ db }, args: SelectArgs): Promise<Record<string, unknown>[]> => {
    const { rows } = await db.executeQuery<Record<string, unknown>>(
      CompiledQuery.raw(args.sql, [...(args.parameters ?? [])]),
    )
    return rows
  }),
}
