export { type LoadConfigOptions, type LoadedConfig, loadConfig, parseConfig, withAbsolutePaths } from './load.ts'
export { configSchema, defineConfig, type RefbotConfig, type RefbotConfigInput } from './schema.ts'
