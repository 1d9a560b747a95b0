import { adding, durable } from '../operation.ts'

/** Who did what to what, and what came of it. */
export interface AuditInput {
  /** Id of a token; `admin` for the admin token, `cli` for the command line on the data directory. */
  readonly actor: string
  readonly actorName: string
  /** A method of HTTP, or what a command did. */
  readonly action: string
  /** A path of the API, or what a command did it to. */
  readonly target: string
  /** A status of HTTP, or `ok`. */
  readonly outcome: string
}

export interface AuditEntry extends AuditInput {
  readonly id: number
  /** Epoch milliseconds. */
  readonly at: number
}

export interface AuditQuery {
  /** Only entries with smaller ids: the last one of the page before. */
  readonly before?: number
  /** Default 50. */
  readonly limit?: number
}

export const auditOperations = {
  'audit.add': adding(
    durable(async ({ db, now }, { actor, actorName, action, target, outcome }: AuditInput): Promise<void> => {
      const row = { actor, actor_name: actorName, action, target, outcome, created_at: now }
      await db.insertInto('audit').values(row).execute()
    }),
  ),

  'audit.list': durable(async ({ db }, { before, limit = 50 }: AuditQuery): Promise<AuditEntry[]> => {
    let select = db.selectFrom('audit').selectAll()
    if (before !== undefined) select = select.where('id', '<', before)
    const rows = await select.orderBy('id', 'desc').limit(limit).execute()
    return rows.map(({ id, actor, actor_name, action, target, outcome, created_at }) => ({
      ...{ id, at: created_at, actor, actorName: actor_name, action, target, outcome },
    }))
  }),
}
