import { dirname } from 'node:path'
import type { MetricBlock, MetricStore } from '@refbot/analytics'
import type { DesiredState, JsonValue } from '@refbot/plugin-sdk'
import type { ExecutionRecord, ExecutionStore } from '@refbot/scheduler'
import { type SlowOperation, StoreConnection } from './connection.ts'
import type { StoreHealth } from './disk/health.ts'
import { EventFeed, type EventGap, type EventSubscription, type StoredEvents } from './event-feed.ts'
import type { Deletion, EventData, EventType, PrunedKind, RefbotEvent } from './event-types.ts'
import type { Claim, ClaimedRun } from './operations/executions.ts'
import type { BlockRange } from './operations/metrics.ts'
import type { OriginStore } from './operations/origins.ts'
import type { StoredValue } from './operations/plugins.ts'
import type { Pruned, PrunedArtifact, PrunedTable } from './operations/retention.ts'
import type { ArtifactRecord, PluginRunCounts, RunDetails, RunQuery, RunRecord, StepRecord } from './operations/runs.ts'
import { type OperatorStores, operatorStores } from './operators.ts'
import { programVersion } from './program.ts'
import type { Opening } from './protocol.ts'

export interface StoreOptions {
  readonly file: string
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Called with the events of each commit, in order. */
  readonly onEvents?: (events: readonly RefbotEvent[]) => void
  /** Called when the disk under the store fills up, fails, or has room again. */
  readonly onHealth?: (health: StoreHealth) => void
  /** Called when an operation took longer than `slowMs`. */
  readonly onSlow?: (slow: SlowOperation) => void
  /** Default 1,000. */
  readonly slowMs?: number
  /** Set aside in a file `reserve` beside the database, for the day the disk is full; default 16 MB, 0: none. */
  readonly reserveBytes?: number
  /** Below this much room on the disk no run starts; default 64 MB. */
  readonly minFreeBytes?: number
}

const MB = 1024 * 1024
const RESERVE_BYTES = 16 * MB
const MIN_FREE_BYTES = 64 * MB

export interface RunStore {
  /** Newest first. */
  list(query?: RunQuery): Promise<readonly RunRecord[]>
  get(id: string): Promise<RunDetails | undefined>
  counts(plugin: string): Promise<PluginRunCounts>
  addSteps(runId: string, steps: readonly StepRecord[]): Promise<void>
}

export interface PluginStateStore {
  desired(): Promise<Readonly<Record<string, DesiredState>>>
  setDesired(plugin: string, desired: DesiredState): Promise<void>
}

export interface PluginValueStore {
  get(plugin: string, key: string): Promise<JsonValue | undefined>
  set(plugin: string, key: string, value: JsonValue): Promise<void>
  /** Sets the value only where it is `expected` (undefined: none) at that moment; says whether it did. */
  compareAndSet(plugin: string, key: string, expected: JsonValue | undefined, value: JsonValue): Promise<boolean>
  delete(plugin: string, key: string): Promise<void>
  list(plugin: string, prefix: string): Promise<readonly StoredValue[]>
}

export interface ArtifactStore {
  /** Of one run, by name. */
  list(runId: string): Promise<readonly ArtifactRecord[]>
  /** Again under the same name: the record is replaced. */
  add(artifact: Omit<ArtifactRecord, 'createdAt'>): Promise<void>
}

export type EventStore = Pick<StoredEvents, 'since'>

export interface EventReader extends Pick<StoredEvents, 'range'> {
  /**
   * Events as they are committed, behind `after`; none missing, none twice, but for gaps that are told. A reader may
   * be as slow as it likes: nobody waits for it.
   */
  subscribe(options?: EventSubscription): AsyncGenerator<RefbotEvent | EventGap, void, undefined>
}

/** The steps of {@link applyRetention}: each one short transaction. */
export interface RetentionStore {
  artifacts(args: {
    before?: number
    excessBytes?: number
    limit: number
  }): Promise<{ artifacts: readonly PrunedArtifact[]; more: boolean; tookMs: number }>
  /** Of all artifacts together. */
  artifactBytes(): Promise<number>
  tell(): Promise<Partial<Record<PrunedKind, Deletion>>>
  vacuum(pages: number): Promise<{ free: number; tookMs: number }>
}

/**
 * The task whose executions are runs, and where its input says which plugin and why: shared with `runs`, so that a
 * run's row commits with its claim.
 */
export const RUN_TASK = 'plugin'

/** One SQLite file behind two threads: one that writes, and one for long reads. */
export class Store implements AsyncDisposable {
  readonly executions: ExecutionStore
  readonly runs: RunStore
  readonly plugins: PluginStateStore
  readonly pluginValues: PluginValueStore
  readonly metrics: MetricStore
  readonly origins: OriginStore
  readonly artifacts: ArtifactStore
  readonly events: EventStore
  readonly feed: EventReader
  readonly retention: RetentionStore
  readonly alertState: OperatorStores['alertState']
  readonly proxies: OperatorStores['proxies']
  readonly proxyHealth: OperatorStores['proxyHealth']
  readonly tokens: OperatorStores['tokens']
  readonly audit: OperatorStores['audit']
  /** The data directory: artifacts and logs lie beside the database. */
  readonly folder: string
  readonly #health: () => StoreHealth
  readonly #feed: EventFeed
  readonly #writer: StoreConnection
  readonly #openReader: () => Promise<StoreConnection>
  #reader: Promise<StoreConnection> | undefined

  private constructor({ writer, openReader, feed, health, folder }: Parts) {
    this.#writer = writer
    this.#openReader = openReader
    this.#health = health
    this.#feed = feed
    this.folder = folder
    const { alertState, proxies, proxyHealth, tokens, audit } = operatorStores(writer)
    this.alertState = alertState
    this.proxies = proxies
    this.proxyHealth = proxyHealth
    this.tokens = tokens
    this.audit = audit
    this.executions = {
      saveJob: (job) => writer.call('job.save', job),
      deleteJob: (id) => writer.call('job.delete', id),
      listJobs: () => writer.call('job.list', undefined),
      claim: (execution) => writer.call('execution.claim', claimOf(execution)),
      claimAll: (executions) => writer.call('execution.claimAll', executions.map(claimOf)),
      update: (id, patch) => writer.call('execution.update', { id, patch }),
      updateAll: (updates) => writer.call('execution.updateAll', updates),
      get: (id) => writer.call('execution.get', id),
      list: (query) => writer.call('execution.list', query),
      unfinished: () => writer.call('execution.unfinished', undefined),
    }
    this.runs = {
      list: (query = {}) => writer.call('run.list', query),
      get: (id) => writer.call('run.get', id),
      counts: async (plugin) => (await this.#long()).call('run.counts', plugin),
      addSteps: (runId, steps) => writer.call('run.addSteps', { runId, steps }),
    }
    this.plugins = {
      desired: () => writer.call('plugin.desired', undefined),
      setDesired: (plugin, desired) => writer.call('plugin.setDesired', { plugin, desired }),
    }
    this.pluginValues = {
      get: (plugin, key) => writer.call('pluginValue.get', { plugin, key }),
      set: (plugin, key, value) => writer.call('pluginValue.set', { plugin, key, value }),
      compareAndSet: (plugin, key, expected, value) =>
        writer.call('pluginValue.compareAndSet', { plugin, key, expected, value }),
      delete: (plugin, key) => writer.call('pluginValue.delete', { plugin, key }),
      list: (plugin, prefix) => writer.call('pluginValue.list', { plugin, prefix }),
    }
    this.metrics = {
      append: (blocks) => writer.call('metric.append', blocks),
      read: (range) => readBlocks(() => this.#long(), range),
      prune: (tier, before, limit = 1000) => writer.call('metric.prune', { tier, before, limit }),
    }
    this.origins = {
      pauses: () => writer.call('origin.pauses', undefined),
      pause: (pause) => writer.call('origin.pause', pause),
      lift: (origin) => writer.call('origin.lift', origin),
      counts: (day) => writer.call('origin.counts', day),
      count: (counts) => writer.call('origin.count', counts),
    }
    this.artifacts = {
      list: (runId) => writer.call('artifact.list', runId),
      add: (artifact) => writer.call('artifact.add', artifact),
    }
    this.events = {
      since: (id, limit) => writer.call('event.since', { id, limit }),
    }
    this.feed = {
      range: () => writer.call('event.range', undefined),
      subscribe: (subscription) => feed.subscribe(subscription),
    }
    this.retention = {
      artifacts: (args) => writer.call('retention.artifacts', args),
      artifactBytes: async () => {
        const [row] = await this.select('SELECT coalesce(sum(bytes), 0) AS bytes FROM artifact')
        return Number(row?.bytes ?? 0)
      },
      tell: () => writer.call('retention.tell', undefined),
      vacuum: (pages) => writer.call('retention.vacuum', { pages }),
    }
  }

  /** @throws RefbotError `STORE_UNUSABLE`, `STORE_NEWER`, `STORE_UPGRADE_FAILED` */
  static async open(options: StoreOptions): Promise<Store> {
    const { file, now, reserveBytes = RESERVE_BYTES, minFreeBytes = MIN_FREE_BYTES } = options
    const shared = { file, now, program: programVersion(), minFreeBytes }
    let opened: Store | undefined
    const feed = new EventFeed({
      since: async (id, limit) => opened?.events.since(id, limit) ?? [],
      range: async () => opened?.feed.range() ?? { first: 0, last: 0 },
    })
    let health: StoreHealth = { status: 'ok', freeBytes: 0 }
    const writer = await StoreConnection.open({
      ...shared,
      ...(options.onSlow === undefined ? {} : { onSlow: options.onSlow }),
      ...(options.slowMs === undefined ? {} : { slowMs: options.slowMs }),
      reserveBytes,
      readOnly: false,
      onEvents(events) {
        feed.publish(events)
        options.onEvents?.(events)
      },
      onHealth(changed) {
        health = { ...changed, changedAt: now() }
        options.onHealth?.(changed)
        if (opened !== undefined) opened.#tellHealth()
      },
    })
    const store = new Store({
      writer,
      openReader: () => StoreConnection.open({ ...shared, reserveBytes: 0, readOnly: true }),
      feed,
      health: () => health,
      folder: dirname(file),
    })
    opened = store
    if (health.status !== 'ok') store.#tellHealth()
    const { discardedBytes } = writer.opening
    if (discardedBytes > 0) await store.tell('store.recovered', { discardedBytes })
    return store
  }

  /** What opening it changed: the migrations that ran, and what a crash had cut off. */
  get opening(): Opening {
    return this.#writer.opening
  }

  /** How the store stands with its disk; never waits. */
  health(): StoreHealth {
    return this.#health()
  }

  /** On a disk that takes no write, `health()` alone tells it. */
  #tellHealth(): void {
    const { status, freeBytes } = this.health()
    this.tell('store.health', { status, freeBytes }).catch(() => undefined)
  }

  /** For changes that no row holds; those of rows tell themselves. */
  tell<Type extends EventType>(type: Type, data: EventData[Type]): Promise<void> {
    return this.#writer.call('event.tell', { type, data })
  }

  /** The connection for long reads, opened by the first of them. */
  #long(): Promise<StoreConnection> {
    this.#reader ??= this.#openReader()
    return this.#reader
  }

  /** A reading statement on the connection for long reads: however long it takes, no claim waits for it. */
  async select(sql: string, parameters: readonly (string | number | null)[] = []): Promise<Record<string, unknown>[]> {
    return (await this.#long()).call('select', { sql, parameters })
  }

  /** Deletes at most one batch of what is older than `before`; says whether there is more. */
  prune(table: PrunedTable, before: number, limit?: number): Promise<Pruned> {
    return this.#writer.call('retention.prune', { table, before, ...(limit === undefined ? {} : { limit }) })
  }

  async close(): Promise<void> {
    this.#feed.close()
    await (await this.#reader)?.close()
    await this.#writer.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

interface Parts {
  readonly writer: StoreConnection
  readonly openReader: () => Promise<StoreConnection>
  readonly feed: EventFeed
  readonly health: () => StoreHealth
  readonly folder: string
}

function claimOf(execution: ExecutionRecord): Claim {
  const { task, input } = execution
  if (task !== RUN_TASK) return { execution }
  const { plugin, cause } = input as ClaimedRun
  return { execution, run: { plugin, cause } }
}

async function* readBlocks(
  open: () => Promise<StoreConnection>,
  range: BlockRange,
): AsyncGenerator<readonly MetricBlock[]> {
  if (range.names?.length === 0) return
  const reader = await open()
  let page = await reader.call('metric.read', { range })
  while (true) {
    if (page.blocks.length > 0) yield page.blocks
    if (page.next === undefined) return
    page = await reader.call('metric.read', { range, after: page.next })
  }
}
