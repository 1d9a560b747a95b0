export { type Compatibility, SUPPORTED_API_VERSIONS } from './compatibility.ts'
export { ConfigJobs } from './config-jobs.ts'
export { type BrokenPlugin, type Discovery, discover } from './discover.ts'
export type { LoadedPlugin } from './load.ts'
export { MANIFEST_FILE, type PluginManifest } from './manifest.ts'
export {
  ManagedPlugins,
  type ManagerServices,
  type MetricCallback,
  type PauseOptions,
  type PluginManagerOptions,
  type PluginOutcome,
} from './plugin-manager.ts'
export type { PluginSummary } from './summary.ts'
