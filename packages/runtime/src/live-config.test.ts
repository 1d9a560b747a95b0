import { MetricsAggregator } from '@refbot/analytics'
import { ProxyScorer } from '@refbot/proxy-scoring'
import { describe, expect, it } from 'vitest'
import { parseConfig, type RefbotConfigInput, withAbsolutePaths } from './config/index.ts'
import { LiveConfig } from './live-config.ts'
import { readProxies } from './proxies.ts'

const START: RefbotConfigInput = {
  proxies: ['127.0.0.1:3128', '127.0.0.1:3129:user:s3cret'],
  alerts: [{ metric: 'run.duration', above: 1000 }],
}

function live() {
  const config = withAbsolutePaths(parseConfig(START), process.cwd())
  const idKey = 'key'
  const proxies = new ProxyScorer({ proxies: readProxies(config.proxies, idKey) })
  const analytics = new MetricsAggregator()
  const jobs: string[] = []
  const told: unknown[] = []
  const options = {
    proxies,
    analytics,
    kept: () => new Set<string>(),
    idKey,
    jobs: { apply: async (all: readonly { id: string }[]) => void jobs.splice(0, 100, ...all.map(({ id }) => id)) },
    tell: async (type: string, data: unknown) => void told.push([type, data]),
  }
  return { proxies, analytics, jobs, told, config: new LiveConfig(config, options) }
}

describe('a reload', () => {
  it('adds and removes proxies, and keeps the scores of those that stay', async () => {
    const { config, proxies } = live()
    const [stays] = proxies.proxies()
    await config.reload({ ...START, proxies: ['127.0.0.1:3128', '127.0.0.1:3130'] })
    expect(
      proxies
        .proxies()
        .map(({ port }) => port)
        .sort(),
    ).toEqual([3128, 3130])
    expect(proxies.proxies()).toContain(stays)
  })

  it('replaces the alert rules', async () => {
    const { config, analytics } = live()
    await config.reload({ ...START, alerts: [{ metric: 'registration.success', below: 0.9, severity: 'critical' }] })
    expect(analytics.alertRules()).toMatchObject([{ id: 'config-1', kind: 'lower', metric: 'registration.success' }])
  })

  it('replaces who is told of alerts, and when', async () => {
    const { config, analytics } = live()
    const nobody = { kind: 'ntfy', url: 'http://127.0.0.1:1/topic' } as const
    await config.reload({ ...START, alertSinks: [nobody] })
    analytics.record('run.duration', 5_000)
    const ids = (afterMs: number) => {
      analytics.evaluateAlerts(Date.now() + afterMs)
      return new Set(analytics.alertDeliveries().map(({ id }) => id))
    }
    expect(ids(0).size).toBe(1)
    const first = ids(120_000)
    expect(first.size).toBe(1)
    await config.reload({ ...START, alertSinks: [nobody], alertMessages: { repeatMs: 60_000 } })
    expect([...ids(120_000)].filter((id) => !first.has(id))).toHaveLength(1)
    expect(analytics.alertDeliveries().at(-1)).toMatchObject({ sink: 'ntfy', status: 'pending' })
    await config.reload({ ...START, alertSinks: [{ ...nobody, name: 'on call' }] })
    expect(analytics.alertDeliveries().at(-1)).toMatchObject({ sink: 'ntfy', status: 'failed' })
    await analytics[Symbol.asyncDispose]()
  })

  it('brings the jobs in line', async () => {
    const { config, jobs } = live()
    await config.reload({ ...START, jobs: [{ id: 'nightly', plugin: 'hello', cron: '0 3 * * *' }] })
    expect(jobs).toEqual(['nightly'])
    await config.reload(START)
    expect(jobs).toEqual([])
  })

  it('names what needs a restart, and leaves it as it is', async () => {
    const { config, told } = live()
    const changes = await config.reload({ ...START, api: { port: 9000 }, browser: { headless: false } })
    expect(changes.map(({ path, effect }) => [path, effect])).toEqual([
      ['api.port', 'restart'],
      ['browser.headless', 'live'],
    ])
    expect(told).toEqual([['config.reloaded', { live: ['browser.headless'], restart: ['api.port'] }]])
    expect(config.current).toMatchObject({ api: { port: 8000 }, browser: { headless: false } })
  })

  it.each([
    [{ proxies: ['127.0.0.1:3130', '::::'], alerts: [] }, 'PROXY_LIST_INVALID'],
    [{ proxies: [], alerts: [{ metric: 'x' }] }, 'CONFIG_INVALID'],
  ])('with a mistake changes nothing: %j', async (wrong, code) => {
    const { config, proxies, analytics } = live()
    const before = config.current
    await expect(config.reload(wrong)).rejects.toMatchObject({ code })
    expect(config.current).toBe(before)
    expect(proxies.size).toBe(2)
    expect(analytics.alertRules()).toHaveLength(1)
  })
})
