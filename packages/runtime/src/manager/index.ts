export { ConfigJobs } from './config-jobs.ts'
export { type BrokenPlugin, type Discovery, discover, MANIFEST_FILE, type PluginManifest } from './manifest.ts'
export {
  type LoadedPlugin,
  ManagedPlugins,
  type ManagerServices,
  type MetricCallback,
  type PluginManagerOptions,
  type PluginResult,
} from './plugin-manager.ts'
export type { PluginSummary } from './summary.ts'
