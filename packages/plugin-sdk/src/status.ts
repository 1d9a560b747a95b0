/**
 * Derived by the host, never stored: a plugin is `running` while one of its runs is, else `paused` or `stopped` as
 * its operator left it, `error` when it cannot be loaded, and `idle` when it is armed and waits for its next firing.
 */
export type PluginStatus = 'idle' | 'running' | 'paused' | 'stopped' | 'error'

/** What an operator asked for; stored, and restored by a restart. */
export type DesiredState = 'armed' | 'paused' | 'stopped'

/** Counts over all runs of a plugin that the store still holds. Durations in milliseconds. */
export interface PluginMetrics {
  readonly runs: number
  readonly succeeded: number
  readonly failed: number
  readonly cancelled: number
  /** 0 to 1; undefined before the first finished run. */
  readonly successRate: number | undefined
  readonly lastRunAt: number | undefined
  readonly p50DurationMs: number | undefined
  readonly p95DurationMs: number | undefined
}
