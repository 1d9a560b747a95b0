export type { ProxyScore } from '@refbot/proxy-scoring'
export type { AlertWatch, NewSilence } from './alerting.ts'
export { ensureBrowser, findBrowser } from './browser/index.ts'
export * from './config/index.ts'
export { type DoctorOptions, type DoctorReport, examine, type Finding } from './doctor/index.ts'
export {
  authorise,
  DOCUMENT_PATH,
  documentJsonSchema,
  ensureOperatorKey,
  OPERATOR_SECRET_FILE,
  Origins,
  operatorKeyOf,
  Permits,
  proposedDocument,
} from './egress/index.ts'
export { RefbotError } from './errors.ts'
export type { EventListener, EventStream } from './events/index.ts'
export {
  type Egress,
  explainTarget,
  type LogLine,
  type MetricSample,
  type RunProgress,
  type TargetExplained,
} from './host/index.ts'
export {
  LINE_KEYS,
  type LogEntry,
  type LogError,
  type LogFilter,
  type LogFollowing,
  type LogOutput,
  type LogQuery,
  type LogReader,
  type ServiceLog,
} from './log/index.ts'
export type {
  BrokenPlugin,
  Discovery,
  LoadedPlugin,
  ManagedPlugins,
  MetricCallback,
  PauseOptions,
  PluginManagerOptions,
  PluginManifest,
  PluginOutcome,
  PluginSummary,
} from './manager/index.ts'
export { grantFirst, installable } from './manager/index.ts'
export { PluginManager } from './plugin-manager.ts'
export type { ProxyImport, ProxyList } from './proxy-book.ts'
export { createRefbot, type Refbot, type RefbotOptions } from './refbot.ts'
export { type RotateKeyOptions, type RotateKeyReport, rotateStoreKey } from './rotate-key.ts'
export type { RunRequest, Runs, Settings } from './runs/index.ts'
export {
  type ArtifactRecord,
  type AuditEntry,
  type AuditInput,
  type AuditQuery,
  type BackupOptions,
  type BackupReport,
  backup,
  checkStore,
  type EventGap,
  type EventSubscription,
  type EventType,
  findKeyFile,
  type RefbotEvent,
  type RestoreOptions,
  type RestoreReport,
  type RunDetails,
  type RunQuery,
  type RunRecord,
  restoreBackup,
  type StepRecord,
  type StopReason,
  type Store,
  type StoreCheck,
  type StoreHealth,
  type TokenRecord,
  type TokenRights,
} from './store/index.ts'
export type { StoredProxies } from './stored-proxies.ts'
export type { CreatedToken, Principal, TokenRequest, Tokens } from './tokens.ts'
export { createTokenOffline } from './tokens-offline.ts'
export { HOST_VERSION as VERSION } from './version.ts'
