import { relaxed } from '../operation.ts'

/** Rows deleted in one transaction: short enough that no claim waits for it. */
const BATCH = 500

/** Tables that lose rows by age; what references a row goes with it. Metrics have tiers, and prune themselves. */
export type PrunedTable = 'execution' | 'event' | 'plugin_value'

export const retentionOperations = {
  /** Deletes at most one batch of rows created before `before`, oldest first. Unfinished executions stay. */
  'retention.prune': relaxed(
    async ({ db }, args: { table: PrunedTable; before: number }): Promise<{ deleted: number; more: boolean }> => {
      const deleted = await deleteBatch(args)
      return { deleted, more: deleted === BATCH }

      async function deleteBatch({ table, before }: { table: PrunedTable; before: number }): Promise<number> {
        if (table === 'execution') {
          const ids = db
            .selectFrom('execution')
            .select('id')
            .where('created_at', '<', before)
            .where('status', 'not in', ['running', 'retrying'])
            .orderBy('id')
            .limit(BATCH)
          return Number((await db.deleteFrom('execution').where('id', 'in', ids).executeTakeFirst()).numDeletedRows)
        }
        if (table === 'plugin_value') {
          const keys = await db
            .selectFrom('plugin_value')
            .select(['plugin', 'key'])
            .where('updated_at', '<', before)
            .limit(BATCH)
            .execute()
          for (const { plugin, key } of keys) {
            await db.deleteFrom('plugin_value').where('plugin', '=', plugin).where('key', '=', key).execute()
          }
          return keys.length
        }
        const ids = db.selectFrom(table).select('id').where('created_at', '<', before).orderBy('id').limit(BATCH)
        return Number((await db.deleteFrom(table).where('id', 'in', ids).executeTakeFirst()).numDeletedRows)
      }
    },
  ),
}
