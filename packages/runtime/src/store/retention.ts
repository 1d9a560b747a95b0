import { existsSync } from 'node:fs'
import { rm, rmdir } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { RefbotError } from '../errors.ts'
import type { Deletion, PrunedKind } from './event-types.ts'
import type { PrunedTable } from './operations/retention.ts'
import type { Store } from './store.ts'

/** How long each kind is kept, ms; what is left out is kept for ever. */
export interface RetentionPolicy {
  /** Executions that ended, with their attempts, steps, artifacts and logs. */
  readonly executionMs?: number
  readonly eventMs?: number
  /** Since the value was last written. */
  readonly pluginValueMs?: number
  /** Since the proxy was last used, or its circuit changed. */
  readonly proxyHealthMs?: number
  /** Entries of the audit; tokens, since they expired or were revoked. */
  readonly auditMs?: number
  readonly artifactMs?: number
  /** All artifacts together, in bytes: the oldest go first. */
  readonly artifactBytes?: number
}

/** How long one step may hold the writer, ms: every step measures itself, and the next one is sized by it. */
const STEP_MS = 10
const MIN_STEP = 10
const MAX_STEP = 5000
/** Files that are deleted at once. */
const PARALLEL = 16

/**
 * Deletes what is older than the policy allows, oldest first, in steps between which everything else gets its turn,
 * and gives the room back. Runs that are not over lose nothing. What was deleted is counted in the same transaction,
 * and told in one `store.pruned` event, by the next call if a crash comes between.
 */
export async function applyRetention(
  store: Store,
  policy: RetentionPolicy,
  now: number,
): Promise<Partial<Record<PrunedKind, Deletion>>> {
  await pruneArtifacts(store, policy, now)
  const ages: Readonly<Record<PrunedTable, number | undefined>> = {
    execution: policy.executionMs,
    event: policy.eventMs,
    plugin_value: policy.pluginValueMs,
    proxy_health: policy.proxyHealthMs,
    token: policy.auditMs,
    audit: policy.auditMs,
  }
  for (const [table, age] of Object.entries(ages) as [PrunedTable, number | undefined][]) {
    if (age === undefined) continue
    await inSteps(async (limit) => {
      const step = await store.prune(table, now - age, limit)
      await removeRuns(store.folder, step.runIds)
      return step
    })
  }
  const deleted = await store.retention.tell()
  await inSteps(async (pages) => {
    const { free, tookMs } = await store.retention.vacuum(pages)
    return { more: free > 0, tookMs }
  })
  return deleted
}

async function pruneArtifacts(
  store: Store,
  { artifactMs, artifactBytes }: RetentionPolicy,
  now: number,
): Promise<void> {
  if (artifactMs !== undefined) {
    await inSteps((limit) => step({ before: now - artifactMs, limit }))
  }
  if (artifactBytes === undefined) return
  let excessBytes = (await store.retention.artifactBytes()) - artifactBytes
  await inSteps(async (limit) => {
    if (excessBytes <= 0) return { more: false, tookMs: 0 }
    const { bytes, ...rest } = await step({ excessBytes, limit })
    excessBytes -= bytes
    return rest
  })

  async function step(args: { before?: number; excessBytes?: number; limit: number }) {
    const { artifacts, more, tookMs } = await store.retention.artifacts(args)
    for (const { runId, name } of artifacts) await removeArtifact(store.folder, runId, name)
    return { more, tookMs, bytes: artifacts.reduce((sum, { bytes }) => sum + bytes, 0) }
  }
}

async function inSteps(step: (size: number) => Promise<{ more: boolean; tookMs: number }>): Promise<void> {
  let size = 100
  for (let more = true; more; ) {
    const done = await step(size).catch((error: unknown) => {
      // On a full disk a smaller step may still fit into the last room; each makes a little more.
      if (size === 1 || !(error instanceof RefbotError) || error.code !== 'STORE_DISK_FULL') throw error
      return undefined
    })
    if (done === undefined) {
      size = Math.ceil(size / 4)
      continue
    }
    more = done.more
    const fitting = (size * STEP_MS) / Math.max(done.tookMs, 0.1)
    // At most twice as large as the last: one step that happened to be quick proves little.
    size = Math.round(Math.min(Math.max(fitting, MIN_STEP), size * 2, MAX_STEP))
  }
}

async function removeRuns(folder: string, runIds: readonly string[]): Promise<void> {
  const [artifacts, logs] = [join(folder, 'artifacts'), join(folder, 'logs')]
  const paths = [
    ...(existsSync(artifacts) ? runIds.map((id) => inside(artifacts, id)) : []),
    ...(existsSync(logs)
      ? runIds.flatMap((id) => [inside(logs, `${id}.ndjson`), inside(logs, `${id}.requests.ndjson`)])
      : []),
  ].filter((path) => path !== undefined)
  for (let at = 0; at < paths.length; at += PARALLEL) {
    const some = paths.slice(at, at + PARALLEL)
    await Promise.all(some.map((path) => rm(path, { recursive: true, force: true })))
  }
}

async function removeArtifact(folder: string, runId: string, name: string): Promise<void> {
  const run = inside(join(folder, 'artifacts'), runId)
  const file = run === undefined ? undefined : inside(run, name)
  if (file === undefined) return
  await rm(file, { force: true })
  await rmdir(dirname(file)).catch(() => undefined)
}

/** The name as a path under the folder; undefined for one that leads out of it. */
function inside(folder: string, name: string): string | undefined {
  const path = resolve(folder, name)
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep) ? path : undefined
}
