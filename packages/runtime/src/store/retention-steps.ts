import type { StoreConnection } from './connection.ts'
import type { Deletion, PrunedKind } from './event-types.ts'
import type { PrunedArtifact } from './operations/retention.ts'

/** The steps of {@link applyRetention}: each one short transaction. */
export interface RetentionStore {
  artifacts(args: {
    before?: number
    excessBytes?: number
    limit: number
  }): Promise<{ artifacts: readonly PrunedArtifact[]; more: boolean; tookMs: number }>
  /** Of all artifacts together. */
  artifactBytes(): Promise<number>
  tell(): Promise<Partial<Record<PrunedKind, Deletion>>>
  vacuum(pages: number): Promise<{ free: number; tookMs: number }>
}

/** @param long the connection for long reads */
export function retentionSteps(writer: StoreConnection, long: () => Promise<StoreConnection>): RetentionStore {
  return {
    artifacts: (args) => writer.call('retention.artifacts', args),
    artifactBytes: async () => {
      const sql = 'SELECT coalesce(sum(bytes), 0) AS bytes FROM artifact'
      const [row] = await (await long()).call('select', { sql, parameters: [] })
      return Number(row?.bytes ?? 0)
    },
    tell: () => writer.call('retention.tell', undefined),
    vacuum: (pages) => writer.call('retention.vacuum', { pages }),
  }
}
