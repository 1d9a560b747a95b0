import type { MetricsAggregator } from '@refbot/analytics'
import type { ProxyScorer } from '@refbot/proxy-scoring'
import { alertSinks } from './alert-sinks.ts'
import {
  alertRule,
  type ConfigChange,
  diffConfig,
  parseConfig,
  type RefbotConfig,
  type RefbotConfigInput,
  withAbsolutePaths,
} from './config/index.ts'
import type { ConfigJobs } from './manager/index.ts'
import { readProxies } from './proxies.ts'
import type { Store } from './store/index.ts'

export interface LiveConfigOptions {
  readonly proxies: ProxyScorer
  readonly analytics: MetricsAggregator
  /** Ids of proxies that are not the configuration's, and stay. */
  readonly kept: () => ReadonlySet<string>
  /** Secret of the installation that proxy ids are made with. */
  readonly idKey: string
  readonly jobs: Pick<ConfigJobs, 'apply'>
  readonly tell: Store['tell']
}

/** The configuration as it is in force: what can change while RefBot runs does so at a reload, the rest at a restart. */
export class LiveConfig {
  readonly #options: LiveConfigOptions
  #current: RefbotConfig
  #last: Promise<unknown> = Promise.resolve()

  constructor(config: RefbotConfig, options: LiveConfigOptions) {
    this.#options = options
    this.#current = config
    this.#applyAlerts([], config.alerts)
    options.analytics.setAlertSinks(alertSinks(config.alertSinks))
    options.analytics.setAlertTiming(timing(config))
  }

  get current(): RefbotConfig {
    return this.#current
  }

  /**
   * Applies what can change alive, and says of every change whether it needs a restart. Validated as a whole first:
   * one mistake, and nothing changes. Calls take their turns.
   * @throws ConfigError, RefbotError `PROXY_LIST_INVALID`, and what the store says where jobs cannot be stored
   */
  reload(input: RefbotConfigInput): Promise<readonly ConfigChange[]> {
    const turn = this.#last.then(() => this.#reload(input))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #reload(input: RefbotConfigInput): Promise<readonly ConfigChange[]> {
    const before = this.#current
    const after = withAbsolutePaths(parseConfig(input), process.cwd())
    const proxies = readProxies(after.proxies, this.#options.idKey)
    const changes = diffConfig(before, after)
    // First, since it alone can fail: on a disk that takes no write nothing else changes either.
    if (changes.some(({ path }) => path === 'jobs')) await this.#options.jobs.apply(after.jobs)
    if (changes.some(({ path }) => path === 'proxies')) this.#applyProxies(proxies)
    if (changes.some(({ path }) => path === 'alerts')) this.#applyAlerts(before.alerts, after.alerts)
    const { analytics } = this.#options
    if (changes.some(({ path }) => path === 'alertSinks')) analytics.setAlertSinks(alertSinks(after.alertSinks))
    analytics.setAlertTiming(timing(after))
    this.#current = {
      ...before,
      proxies: after.proxies,
      alerts: after.alerts,
      alertSinks: after.alertSinks,
      alertMessages: after.alertMessages,
      jobs: after.jobs,
      logLevel: after.logLevel,
      runLogBytes: after.runLogBytes,
      browser: after.browser,
      limits: { ...after.limits, maxRuns: before.limits.maxRuns },
      partHosts: after.partHosts,
      metricsFile: after.metricsFile,
      retention: { ...after.retention, metricsDays: before.retention.metricsDays },
    }
    if (changes.length > 0) await this.#tell(changes)
    return changes
  }

  async #tell(changes: readonly ConfigChange[]): Promise<void> {
    const paths = (wanted: ConfigChange['effect']) =>
      changes.filter(({ effect }) => effect === wanted).map(({ path }) => path)
    // It is in force, recorded or not.
    await this.#options
      .tell('config.reloaded', { live: paths('live'), restart: paths('restart') })
      .catch(() => undefined)
  }

  #applyProxies(wanted: ReturnType<typeof readProxies>): void {
    const { proxies, kept } = this.#options
    const ids = new Set([...wanted.map(({ id }) => id), ...kept()])
    const known = new Set(proxies.proxies().map(({ id }) => id))
    for (const id of known) if (!ids.has(id)) proxies.remove(id)
    for (const proxy of wanted) if (!known.has(proxy.id)) proxies.add(proxy)
  }

  #applyAlerts(before: RefbotConfig['alerts'], after: RefbotConfig['alerts']): void {
    const { analytics } = this.#options
    const wanted = after.map(alertRule)
    const ids = new Set(wanted.map(({ id }) => id))
    // One that stays is replaced: analytics knows whether its alerts are still its own.
    for (const { id } of before.map(alertRule)) if (!ids.has(id)) analytics.removeAlertRule(id)
    for (const rule of wanted) analytics.addAlertRule(rule)
  }
}

function timing({ alertMessages: { groupBy, ...waits } }: RefbotConfig) {
  return groupBy === undefined ? waits : { ...waits, groupBy }
}
