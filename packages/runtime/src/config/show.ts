import type { ConfigOrigin } from './check.ts'
import type { LoadedConfig } from './load.ts'
import { type ConfigPath, RELOAD_RULES, valueAt } from './reload.ts'

/** One key of a configuration in use. */
export interface ConfigRow extends ConfigOrigin {
  readonly path: ConfigPath
  /** As JSON, without secrets and logins; null where the key has no value. */
  readonly value: unknown
}

/** Every key with its value and where that comes from, safe to print: what `refbot config show` shows. */
export function showConfig({ config, origins }: Pick<LoadedConfig, 'config' | 'origins'>): ConfigRow[] {
  return (Object.keys(RELOAD_RULES) as ConfigPath[]).map((path) => ({
    path,
    value: JSON.parse(JSON.stringify(valueAt(config, path) ?? null)),
    ...(origins[path] ?? { source: 'default', where: 'built in' }),
  }))
}
