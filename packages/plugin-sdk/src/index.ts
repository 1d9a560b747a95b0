export { z } from 'zod'
export type * from './context.ts'
export type * from './egress.ts'
export { ConfigError, NotReadyError, PluginError, type PluginErrorOptions, StoppedError } from './errors.ts'
export { EgressError, type EgressErrorOptions, type HttpOptions, type HttpResponse, type PluginHttp } from './http.ts'
export type { JsonValue } from './json.ts'
export {
  API_VERSION,
  type ConfigInput,
  type ConfigOutput,
  type ConfigSchema,
  definePlugin,
  type Plugin,
  type PluginDefinition,
  type PluginPermission,
  type PluginSchedule,
} from './plugin.ts'
export type { DesiredState, PluginMetrics, PluginStatus } from './status.ts'
