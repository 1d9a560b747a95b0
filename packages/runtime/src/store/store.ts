import { dirname } from 'node:path'
import type { MetricStore } from '@refbot/analytics'
import { type SlowOperation, StoreConnection } from './connection.ts'
import type { StoreHealth } from './disk/health.ts'
import { EventFeed, type EventReader, type EventStore } from './event-feed.ts'
import type { EventData, EventType, RefbotEvent } from './event-types.ts'
import { metricBlocks } from './metric-blocks.ts'
import type { Pruned, PrunedTable } from './operations/retention.ts'
import { type OperatorStores, operatorStores } from './operators.ts'
import { programVersion } from './program.ts'
import type { Opening } from './protocol.ts'
import { type RetentionStore, retentionSteps } from './retention-steps.ts'
import { type RunStores, runStores } from './run-stores.ts'

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

/** One SQLite file behind two threads: one that writes, and one for long reads. */
export class Store implements AsyncDisposable {
  readonly executions: RunStores['executions']
  readonly runs: RunStores['runs']
  readonly artifacts: RunStores['artifacts']
  readonly plugins: RunStores['plugins']
  readonly pluginValues: RunStores['pluginValues']
  readonly metrics: MetricStore
  readonly events: EventStore
  readonly feed: EventReader
  readonly retention: RetentionStore
  readonly origins: OperatorStores['origins']
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
    const long = () => this.#long()
    const { executions, runs, artifacts, plugins, pluginValues } = runStores(writer, long)
    this.executions = executions
    this.runs = runs
    this.artifacts = artifacts
    this.plugins = plugins
    this.pluginValues = pluginValues
    const { origins, alertState, proxies, proxyHealth, tokens, audit } = operatorStores(writer)
    this.origins = origins
    this.alertState = alertState
    this.proxies = proxies
    this.proxyHealth = proxyHealth
    this.tokens = tokens
    this.audit = audit
    this.metrics = metricBlocks(writer, long)
    this.events = {
      since: (id, limit) => writer.call('event.since', { id, limit }),
    }
    this.feed = {
      range: () => writer.call('event.range', undefined),
      subscribe: (subscription) => feed.subscribe(subscription),
    }
    this.retention = retentionSteps(writer, long)
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
