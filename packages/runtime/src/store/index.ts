export { Backlog } from './backlog.ts'
export { type BackupOptions, backup } from './backup/backup.ts'
export type { BackupReport } from './backup/create.ts'
export { BackupNotes } from './backup/notes.ts'
export { type RestoreOptions, type RestoreReport, restoreBackup } from './backup/restore.ts'
export { checkStore, type StoreCheck } from './check.ts'
export { DataDirectory, holderOf, newToken } from './data-directory.ts'
export type { StoreHealth, StoreStatus } from './disk/health.ts'
export type { EventGap, EventReader, EventStore, EventSubscription } from './event-feed.ts'
export type {
  AlertData,
  AlertMessageData,
  Deletion,
  EventData,
  EventType,
  ProxyCircuitData,
  PrunedKind,
  RefbotEvent,
  StopReason,
  TokenRights,
} from './event-types.ts'
export type { AlertDeed } from './operations/alerts.ts'
export type { AuditEntry, AuditInput, AuditQuery } from './operations/audit.ts'
export type { OriginCount, OriginPause, OriginStore, PauseCause } from './operations/origins.ts'
export type { SealedProxy } from './operations/proxies.ts'
export type { PrunedTable } from './operations/retention.ts'
export type { ArtifactRecord, PluginRunCounts, RunDetails, RunQuery, RunRecord, StepRecord } from './operations/runs.ts'
export type { NewToken, StoredToken, TokenRecord } from './operations/tokens.ts'
export type { AlertStateStore, AuditStore, ProxyHealthStore, ProxyStore, TokenStore } from './operators.ts'
export { applyRetention, type RetentionPolicy } from './retention.ts'
export {
  type ArtifactStore,
  type PluginStateStore,
  type PluginValueStore,
  RUN_TASK,
  type RunStore,
} from './run-stores.ts'
export { Store, type StoreOptions } from './store.ts'
export { newStoreKey, type StoreKey, seal, unseal } from './vault/cipher.ts'
export { findKeyFile, type KeyFile, readKeys, writeKeys } from './vault/key-file.ts'
export { Vault } from './vault/vault.ts'
