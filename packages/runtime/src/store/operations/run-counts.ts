import type { Unit } from '../operation.ts'
import { statement } from '../statement.ts'

/** How many runs of a plugin came to a status, or left it. */
export async function countRuns(unit: Unit, plugin: string, status: string, more: number): Promise<void> {
  await addRuns(unit, { plugin, status, runs: more, created_at: unit.now })
}

const addRuns = statement<{ plugin: string; status: string; runs: number; created_at: number }>(
  (db, { plugin, status, runs, created_at }) =>
    db
      .insertInto('run_count')
      .values({ plugin, status, runs, created_at })
      .onConflict((conflict) =>
        conflict.columns(['plugin', 'status']).doUpdateSet((eb) => ({
          runs: eb('run_count.runs', '+', eb.ref('excluded.runs')),
        })),
      ),
)
