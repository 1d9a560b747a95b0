export { alertRule } from './alert-rules.ts'
export type { AlertEntry } from './alert-schema.ts'
export type { ConfigOrigin } from './check.ts'
export { variableOf } from './environment.ts'
export { type ConfigJob, triggerOfJob } from './job-schema.ts'
export { configJsonSchema } from './json-schema.ts'
export type { ConfigSource } from './layers.ts'
export {
  type ConfigCheck,
  type LoadConfigOptions,
  type LoadedConfig,
  loadConfig,
  parseConfig,
  validateConfig,
  withAbsolutePaths,
} from './load.ts'
export { ConfigError, type ConfigNotice, type ConfigProblem, describeProblem, type Place } from './problem.ts'
export { type ConfigChange, type ConfigPath, diffConfig, RELOAD_RULES, type ReloadRule } from './reload.ts'
export {
  configSchema,
  defineConfig,
  LOG_LEVELS,
  type LogLevel,
  type RefbotConfig,
  type RefbotConfigInput,
} from './schema.ts'
export { resolveSecret, SECRET_NAME, Secret, type SecretSources, secretVariable } from './secrets.ts'
export { type ConfigRow, showConfig } from './show.ts'
export type { AlertSinkConfig } from './sink-schema.ts'
