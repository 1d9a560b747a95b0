import { createHash, randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { MetricsAggregator } from '@refbot/analytics'
import { type EgressProxy, type ParseOptions, type ProxyInput, ProxyScorer } from '@refbot/proxy-scoring'
import { PluginScheduler } from '@refbot/scheduler'
import { AlertWatch } from './alerting.ts'
import { browserLauncher } from './browser-launcher.ts'
import {
  type ConfigChange,
  parseConfig,
  type RefbotConfig,
  type RefbotConfigInput,
  resolveSecret,
  withAbsolutePaths,
} from './config/index.ts'
import { createGateIdentity, loadGateIdentity } from './egress/index.ts'
import { EventStream } from './events/index.ts'
import { type Egress, HOST_VARIABLE, INSTANCE_VARIABLE, Reaper, sweepProcesses } from './host/index.ts'
import { LiveConfig } from './live-config.ts'
import {
  type LogOutput,
  LogReader,
  openLog,
  type ServiceLog,
  tellEvents,
  tellHealth,
  tellScheduler,
} from './log/index.ts'
import { ConfigJobs, ManagedPlugins } from './manager/index.ts'
import { withMetricsFile } from './metrics-file.ts'
import { openEgress, type RefbotParts } from './open-egress.ts'
import { readProxies } from './proxies.ts'
import { ProxyBook, type ProxyImport, type ProxyList } from './proxy-book.ts'
import { ProxyHealth } from './proxy-health.ts'
import { retentionPolicy } from './retention-policy.ts'
import { Runs, type Settings } from './runs/index.ts'
import {
  applyRetention,
  BackupNotes,
  DataDirectory,
  type EventData,
  type EventType,
  findKeyFile,
  newToken,
  RUN_TASK,
  type StopReason,
  Store,
  Vault,
} from './store/index.ts'
import { StoredProxies } from './stored-proxies.ts'
import { Tokens } from './tokens.ts'
import { HOST_VERSION } from './version.ts'

/** A composed RefBot. Disposing it ends its runs, flushes, and releases the data directory. */
export interface Refbot extends AsyncDisposable {
  /** As it is in force; a reload replaces it. */
  readonly config: RefbotConfig
  /** Bearer token of the API with every right. */
  readonly adminToken: string
  /** The admin token and those that operators made. */
  readonly tokens: Tokens
  readonly store: Store
  readonly events: EventStream
  /** The service's log: in `logs/service.ndjson` of the data directory, and where the option `log` says. */
  readonly log: ServiceLog
  /** The service's log and those of runs, read as one. */
  readonly logs: LogReader
  readonly scheduler: PluginScheduler
  readonly analytics: MetricsAggregator
  /** What operators do about alerts: take them on, and silence them. */
  readonly alerts: AlertWatch
  readonly proxies: ProxyScorer
  /** Takes proxies in beside those of the configuration, and stores them. @returns those that were not here */
  addProxies(proxies: readonly ProxyInput[]): Promise<readonly EgressProxy[]>
  /** The same from a list as people keep them: what cannot be read of it is told, the rest taken in. */
  importProxies(list: ProxyList, options?: Pick<ParseOptions, 'format' | 'protocol'>): Promise<ProxyImport>
  /** Whether a proxy was added so. */
  isAddedProxy(id: string): boolean
  /** Takes away one that was added so; false where there is none. */
  removeProxy(id: string): Promise<boolean>
  readonly runs: Runs
  /** Which origins agree, which are left alone, and the gate itself. */
  readonly egress: Egress
  readonly plugins: ManagedPlugins
  /**
   * Applies what can change alive, and says of each change whether it needs a restart. One mistake, and nothing changes.
   * Calls take their turns.
   * @throws ConfigError, RefbotError `PROXY_LIST_INVALID`, and what the store says where jobs cannot be stored
   */
  reload(config: RefbotConfigInput): Promise<readonly ConfigChange[]>
  /** Recovers what a crash cut off, restores what operators wanted, and lets triggers fire. */
  start(): Promise<void>
  /** As disposing it, with a reason that is recorded; a second call waits for the first. */
  stop(reason: StopReason): Promise<void>
}

export interface RefbotOptions extends RefbotParts {
  /** Where each line of the service's log goes besides its file, such as `process.stdout`; default: nowhere. */
  readonly log?: LogOutput
}

/** How long runs may take to end by themselves when RefBot is disposed, in ms. */
const STOP_TIMEOUT_MS = 15_000
const DAY_MS = 86_400_000
const EVALUATE_EVERY_MS = 15_000
const SAVE_HEALTH_EVERY_MS = 60_000
const GATHER_CIRCUITS_MS = 1_000
/** A lease ends with its attempt, which may take hours: a sooner end would lose what was learnt and give its place away. */
const LEASE_MS = 30 * DAY_MS

/**
 * The whole product as a library. Nothing fires before `start()`.
 * @throws RefbotError `CONFIG_INVALID`, `PROXY_LIST_INVALID`, `DATA_DIR_LOCKED`, `DATA_DIR_UNUSABLE`,
 * `STORE_UNUSABLE`, `STORE_NEWER`, `STORE_KEY_*`, `STORE_SECRET_DAMAGED`
 */
export async function createRefbot(
  input: RefbotConfigInput = {},
  { log: output, ...parts }: RefbotOptions = {},
): Promise<Refbot> {
  const config = withAbsolutePaths(parseConfig(input), process.cwd())
  // A list that cannot be read is refused before anything is opened.
  readProxies(config.proxies)
  await using stack = new AsyncDisposableStack()
  const directory = stack.use(DataDirectory.open(config.dataDir))
  sweepProcesses(INSTANCE_VARIABLE, directory.path)
  const marks = { [INSTANCE_VARIABLE]: directory.path, [HOST_VARIABLE]: randomUUID() }
  stack.use(new Reaper(marks[HOST_VARIABLE]))
  rmSync(join(config.dataDir, 'browsers'), { recursive: true, force: true })
  const adminToken = process.env.REFBOT_TOKEN || directory.secret('admin-token', newToken)
  const identity = loadGateIdentity(directory.secret('gate-key', () => createGateIdentity().keyPem))
  const secrets = [adminToken, identity.keyPem]
  const logging = openLog(config, { output, secrets, env: process.env, now: Date.now })
  const { log } = stack.use(logging.book)
  log.info({ version: HOST_VERSION, pid: process.pid, mode: config.mode, dataDir: config.dataDir }, 'starting')
  stack.defer(() => log.info('stopped'))
  const events: EventStream = new EventStream(() => store)
  stack.defer(tellEvents(log, events))
  const store: Store = stack.use(
    await Store.open({
      file: directory.databaseFile,
      now: Date.now,
      onEvents: events.publish,
      onHealth: tellHealth(log),
      onSlow: (slow) => log.warn(slow, 'slow store operation'),
      ...config.store,
    }),
  )
  stack.use(new BackupNotes(directory.path, (note) => store.tell('store.backed_up', note)))
  const idKey = createHash('sha256').update(identity.keyPem).digest('hex')
  const tokens = await Tokens.open({ store, adminToken, now: Date.now })
  const vault = new Vault(findKeyFile(directory.path, process.env))
  const storedProxies = await StoredProxies.open({ store, vault, idKey })
  const proxies = new ProxyScorer({
    proxies: [...readProxies(config.proxies, idKey), ...storedProxies.all()],
    strategy: config.proxyStrategy,
    leaseTtlMs: LEASE_MS,
  })
  const rawMs = config.retention.metricsDays * DAY_MS
  const metrics = withMetricsFile(store.metrics, {
    file: () => live.current.metricsFile,
    onError: (file, error) => log.warn({ file, error }, 'the metrics file cannot be written to'),
  })
  const analytics = stack.use(
    new MetricsAggregator({
      store: metrics,
      retention: { rawMs },
      alerts: { onDelivery: (delivery) => void alerting.delivered(delivery) },
    }),
  )
  const alerting: AlertWatch = stack.use(
    new AlertWatch({ analytics, store, everyMs: EVALUATE_EVERY_MS, now: Date.now }),
  )
  const proxyHealth = stack.use(
    new ProxyHealth({
      ...{ proxies, store, everyMs: SAVE_HEALTH_EVERY_MS, gatherMs: GATHER_CIRCUITS_MS },
      onDamaged: (proxy, error) => log.warn({ proxy, error }, 'what was learnt of a proxy cannot be used'),
    }),
  )
  const egress = await openEgress(stack, {
    ...{ store, identity, parts, dataDir: directory.path, userAgent: `RefBot/${HOST_VERSION}` },
    config: () => live.current,
  })
  const scheduler = new PluginScheduler({
    store: store.executions,
    concurrency: { keys: { [RUN_TASK]: config.limits.maxRuns } },
    ...(config.timeZone === undefined ? {} : { timeZone: config.timeZone }),
  })

  tellScheduler(log, scheduler)
  const jobs = new ConfigJobs({ scheduler, plugins: store.plugins, jobs: config.jobs, timeZone: config.timeZone })
  const live: LiveConfig = new LiveConfig(config, {
    ...{ proxies, analytics, idKey, jobs, kept: () => storedProxies.ids },
    tell: store.tell.bind(store),
  })
  const proxyBook = new ProxyBook({
    ...{ scorer: proxies, stored: storedProxies, idKey },
    configured: () => new Set(readProxies(live.current.proxies, idKey).map(({ id }) => id)),
  })
  const launch = browserLauncher({ config: () => live.current, gate: egress.gate, dataDir: config.dataDir })
  const runs: Runs = new Runs({
    scheduler,
    store,
    analytics,
    proxies,
    egress,
    launch,
    resolve: (plugin, settings) => plugins.resolve(plugin, settings),
    setConfig: (plugin, settings) => plugins.settings.set(plugin, settings as Settings),
    readSecret: (name) => logging.secret(resolveSecret(name, { env: process.env, dataDir: config.dataDir }).reveal()),
    dataDir: config.dataDir,
    marks,
    logs: logging.book,
    runLogBytes: () => live.current.runLogBytes,
    userAgentToken: `RefBot/${HOST_VERSION}`,
    stopTimes: () => ({ graceMs: live.current.limits.stopMs, ...parts.stopTimes }),
    newId: randomUUID,
    now: Date.now,
  })
  const plugins: ManagedPlugins = new ManagedPlugins({
    pluginsDir: config.pluginsDir,
    scheduler,
    runs,
    store,
    configJobs: jobs,
    timeZone: config.timeZone,
    marks,
  })
  let stopReason: StopReason | undefined
  stack.defer(async () => {
    if (runs.isOpen) {
      await tell(store, 'service.stopping', { version: HOST_VERSION, ...(stopReason ?? { reason: 'closed' }) })
    }
    await runs.close(() => scheduler.stop({ timeoutMs: STOP_TIMEOUT_MS }))
  })
  scheduler.registerTask('retention', () => applyRetention(store, retentionPolicy(live.current), Date.now()))

  const owned = stack.move()
  let disposing: Promise<void> | undefined
  const stop = (reason: StopReason): Promise<void> => {
    stopReason ??= reason
    disposing ??= owned.disposeAsync()
    return disposing
  }
  return {
    get config() {
      return live.current
    },
    adminToken,
    tokens,
    store,
    events,
    scheduler,
    analytics,
    alerts: alerting,
    proxies,
    runs,
    egress,
    plugins,
    log,
    logs: new LogReader(logging.book, store),
    async reload(next) {
      const changes = await live.reload(next)
      logging.apply(live.current)
      return changes
    },
    addProxies: (inputs) => proxyBook.add(inputs),
    importProxies: (list, options) => proxyBook.import(list, options),
    isAddedProxy: (id) => proxyBook.isAdded(id),
    removeProxy: (id) => proxyBook.remove(id),
    async start() {
      await analytics.restore()
      analytics.start()
      await alerting.start()
      await proxyHealth.start()
      await scheduler.start()
      runs.open()
      if (!scheduler.jobs().some(({ config: job }) => job.id === 'retention')) {
        await scheduler.add({
          id: 'retention',
          task: 'retention',
          origin: 'config',
          triggers: { type: 'interval', everyMs: DAY_MS },
        })
      }
      await jobs.follow()
      await plugins.restore()
      await tell(store, 'service.started', { version: HOST_VERSION })
    },
    stop,
    [Symbol.asyncDispose]: () => stop({ reason: 'closed' }),
  }
}

/** On a disk that takes no write it is not recorded; that is no reason not to start or stop. */
async function tell<Type extends EventType>(store: Store, type: Type, data: EventData[Type]): Promise<void> {
  await store.tell(type, data).catch(() => undefined)
}
