import type { DesiredState, PluginMetrics, PluginStatus } from '@refbot/plugin-sdk'
import type { RefbotError } from '../errors.ts'
import type { PluginRunCounts, RunRecord } from '../store/index.ts'
import type { PluginManifest } from './manifest.ts'

/** A run that waits for its next attempt. */
export interface WaitingRun {
  readonly runId: string
  /** Epoch milliseconds. */
  readonly until: number
  readonly error: { readonly code: string; readonly message: string } | undefined
}

/** Of each plugin the run whose next attempt is due first. */
export function waitingRuns(runs: Iterable<RunRecord>): ReadonlyMap<string, WaitingRun> {
  const waiting = new Map<string, WaitingRun>()
  for (const { id, plugin, retryAt, error } of runs) {
    if (retryAt === undefined || (waiting.get(plugin)?.until ?? Number.POSITIVE_INFINITY) <= retryAt) continue
    waiting.set(plugin, { runId: id, until: retryAt, error })
  }
  return waiting
}

export interface PluginSummary {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly version: string
  readonly enabled: boolean
  /** The npm package that it comes from. */
  readonly package: string | undefined
  /** Why it may not work with this host. */
  readonly warning: string | undefined
  readonly status: PluginStatus
  readonly desired: DesiredState
  readonly metrics: PluginMetrics
  /** Epoch milliseconds of its next firing; undefined while it is not armed, or has no schedule. */
  readonly nextRunAt: number | undefined
  /** The run of it that is tried again next: when, and because of what. */
  readonly waiting: WaitingRun | undefined
  /** Why it cannot be loaded. */
  readonly error: { readonly code: string; readonly message: string } | undefined
}

function pluginMetrics({ durations, ...counts }: PluginRunCounts): PluginMetrics {
  const finished = counts.succeeded + counts.failed
  return {
    ...counts,
    successRate: finished === 0 ? undefined : counts.succeeded / finished,
    p50DurationMs: nearestRank(durations, 0.5),
    p95DurationMs: nearestRank(durations, 0.95),
  }
}

export interface SummaryParts {
  readonly desired: DesiredState
  readonly status: PluginStatus
  readonly counts: PluginRunCounts
  readonly nextRunAt: number | undefined
  readonly waiting: WaitingRun | undefined
  readonly failed: RefbotError | undefined
}

export function manifestSummary(manifest: PluginManifest, parts: SummaryParts): PluginSummary {
  const { id, name, description, version, enabled, compatibility } = manifest
  const { desired, status, counts, nextRunAt, waiting, failed } = parts
  return {
    id,
    name,
    description,
    version,
    enabled,
    package: manifest.package,
    warning: compatibility.warning,
    desired,
    status,
    metrics: pluginMetrics(counts),
    nextRunAt,
    waiting,
    error: failed === undefined ? undefined : { code: failed.code, message: failed.message },
  }
}

/** A folder that looks like a plugin, and is none. */
export function brokenSummary(
  id: string,
  error: RefbotError,
  { desired, status }: Pick<SummaryParts, 'desired' | 'status'>,
): PluginSummary {
  const none = { runs: 0, succeeded: 0, failed: 0, cancelled: 0 }
  return {
    id,
    name: id,
    description: '',
    version: '',
    enabled: false,
    package: undefined,
    warning: undefined,
    desired,
    status,
    metrics: {
      ...none,
      successRate: undefined,
      lastRunAt: undefined,
      p50DurationMs: undefined,
      p95DurationMs: undefined,
    },
    nextRunAt: undefined,
    waiting: undefined,
    error: { code: error.code, message: error.message },
  }
}

/** Quantile by nearest rank of ascending values. */
function nearestRank(ascending: readonly number[], q: number): number | undefined {
  return ascending[Math.max(0, Math.ceil(q * ascending.length) - 1)]
}
