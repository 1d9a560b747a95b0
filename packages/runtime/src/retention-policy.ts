import type { RefbotConfig } from './config/index.ts'
import type { RetentionPolicy } from './store/index.ts'

const DAY_MS = 86_400_000

/** What a configuration says of how long things are kept. */
export function retentionPolicy({ retention }: RefbotConfig): RetentionPolicy {
  return {
    executionMs: retention.executionsDays * DAY_MS,
    eventMs: retention.eventsDays * DAY_MS,
    pluginValueMs: retention.storageDays * DAY_MS,
    proxyHealthMs: retention.proxiesDays * DAY_MS,
    auditMs: retention.auditDays * DAY_MS,
    artifactMs: retention.artifactsDays * DAY_MS,
    artifactBytes: retention.artifactsBytes,
  }
}
