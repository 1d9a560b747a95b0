export { z } from 'zod'
export { BasePlugin, type BasePluginClass } from './base-plugin.ts'
export type * from './context.ts'
export type * from './egress.ts'
export { ConfigError, NotReadyError, PluginError, type PluginErrorOptions, StoppedError } from './errors.ts'
export { EgressError, type EgressErrorOptions, type HttpOptions, type HttpResponse, type PluginHttp } from './http.ts'
export type { JsonValue } from './json.ts'
export {
  activityOf,
  LIFECYCLE,
  type LifecycleRow,
  type PluginCommand,
  pluginStatus,
  type RefusedCommand,
  type RunActivity,
} from './lifecycle.ts'
export {
  type ActionContext,
  type ActionInputs,
  API_VERSION,
  type ConfigInput,
  type ConfigOutput,
  type ConfigSchema,
  definePlugin,
  PLUGIN_PERMISSIONS,
  type Plugin,
  type PluginAction,
  type PluginDefinition,
  type PluginPermission,
  type PluginResult,
  type PluginSchedule,
} from './plugin.ts'
export type { DesiredState, PluginMetrics, PluginStatus } from './status.ts'
