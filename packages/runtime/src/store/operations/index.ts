import { alertOperations } from './alerts.ts'
import { auditOperations } from './audit.ts'
import { eventOperations } from './events.ts'
import { executionOperations } from './executions.ts'
import { jobOperations } from './jobs.ts'
import { compactionOperations } from './metric-compaction.ts'
import { metricOperations } from './metrics.ts'
import { originOperations } from './origins.ts'
import { pluginOperations } from './plugins.ts'
import { proxyOperations } from './proxies.ts'
import { retentionOperations } from './retention.ts'
import { runOperations } from './runs.ts'
import { selectOperations } from './select.ts'
import { tokenOperations } from './tokens.ts'

/** Everything that the store's threads can be asked to do. */
export const operations = {
  ...jobOperations,
  ...executionOperations,
  ...runOperations,
  ...pluginOperations,
  ...metricOperations,
  ...compactionOperations,
  ...originOperations,
  ...eventOperations,
  ...retentionOperations,
  ...selectOperations,
  ...alertOperations,
  ...proxyOperations,
  ...tokenOperations,
  ...auditOperations,
}

export type Operations = typeof operations
export type OperationName = keyof Operations
export type OperationArgs<Name extends OperationName> = Parameters<Operations[Name]['run']>[1]
export type OperationResult<Name extends OperationName> = Awaited<ReturnType<Operations[Name]['run']>>
