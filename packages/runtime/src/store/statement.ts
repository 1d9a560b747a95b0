import type { Compilable, CompiledQuery, Kysely } from 'kysely'
import type { Database } from './schema.ts'

/** Stands for a value that is given with each execution. */
class Slot {
  readonly key: string

  constructor(key: string) {
    this.key = key
  }
}

export interface StatementResult<Row> {
  /** What a RETURNING or a SELECT gives. */
  readonly rows: readonly Row[]
  /** Rows that were written; 0 where the statement gives rows. */
  readonly changes: number
}

/** What a compiled query runs on. */
export interface Executor {
  readonly db: Kysely<Database>
  execute<Row>(query: CompiledQuery<Row>, parameters: readonly unknown[]): Promise<StatementResult<Row>>
}

/**
 * A query that is built and compiled once for each connection, and passes Kysely by when it is executed: for what every
 * claim does, since building costs ten times as much as executing, and Kysely's way to the connection as much again.
 */
export function statement<Values extends object, Row = unknown>(
  build: (db: Kysely<Database>, slots: Values) => Compilable<Row>,
): (on: Executor, values: Values) => Promise<StatementResult<Row>> {
  const compiled = new WeakMap<Kysely<Database>, CompiledQuery<Row>>()
  const slots = new Proxy({}, { get: (_, key) => new Slot(String(key)) }) as Values
  return (on, values) => {
    let query = compiled.get(on.db)
    if (query === undefined) {
      query = build(on.db, slots).compile()
      compiled.set(on.db, query)
    }
    const given = values as Readonly<Record<string, unknown>>
    const parameters = query.parameters.map((value) => (value instanceof Slot ? given[value.key] : value))
    return on.execute(query, parameters)
  }
}
