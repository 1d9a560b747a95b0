export { type BasePluginClass, type BasePluginHost, pluginOfClass } from '../base-plugin.ts'
export { type Checked, check, inputSchema, type JsonSchema, writeOnlyPaths, writeOnlyValues } from '../schema.ts'
export { type ContextClock, systemClock } from './clock.ts'
export {
  type CreateContextOptions,
  type CreatedContext,
  createContext,
  type HostPort,
  type LogLine,
  type MetricSample,
} from './create-context.ts'
export { EventLimits } from './event-limits.ts'
export { PauseGate, type PauseGateOptions } from './pause-gate.ts'
export { idOfPackage, PACKAGE_KEYWORD } from './plugin-id.ts'
export { Redactor } from './redactor.ts'
export type { FinishedStep } from './steps.ts'
