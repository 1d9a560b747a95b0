import type { AlertRule, MetricsAggregator } from '@refbot/analytics'
import type { ProxyScorer } from '@refbot/proxy-scoring'
import {
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
    this.#current = {
      ...before,
      proxies: after.proxies,
      alerts: after.alerts,
      jobs: after.jobs,
      browser: after.browser,
      limits: { ...before.limits, maxLaunches: after.limits.maxLaunches },
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
    const { proxies } = this.#options
    const ids = new Set(wanted.map(({ id }) => id))
    const known = new Set(proxies.proxies().map(({ id }) => id))
    for (const id of known) if (!ids.has(id)) proxies.remove(id)
    for (const proxy of wanted) if (!known.has(proxy.id)) proxies.add(proxy)
  }

  #applyAlerts(before: RefbotConfig['alerts'], after: RefbotConfig['alerts']): void {
    const { analytics } = this.#options
    for (const index of before.keys()) analytics.removeAlertRule(ruleId(index))
    for (const [index, threshold] of after.entries()) analytics.addAlertRule(alertRule(threshold, index))
  }
}

function ruleId(index: number): string {
  return `config-${index + 1}`
}

function alertRule(
  { metric, above, below, windowMs, severity }: RefbotConfig['alerts'][number],
  index: number,
): AlertRule {
  const kind = above === undefined ? 'lower' : 'upper'
  return { id: ruleId(index), kind, metric, levels: { [severity]: above ?? below ?? 0 }, windowMs }
}
