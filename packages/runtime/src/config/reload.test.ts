import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { configLeaves } from './keys.ts'
import { parseConfig } from './load.ts'
import { type ConfigPath, diffConfig, RELOAD_RULES } from './reload.ts'
import type { RefbotConfigInput } from './schema.ts'

const diff = (before: RefbotConfigInput, after: RefbotConfigInput) =>
  diffConfig(parseConfig(before), parseConfig(after))

/** Another value than the default for each key; the compiler asks for one when a key is added. */
const OTHERS: Readonly<Record<ConfigPath, RefbotConfigInput>> = {
  mode: { mode: 'headless' },
  dataDir: { dataDir: 'x' },
  pluginsDir: { pluginsDir: 'x' },
  timeZone: { timeZone: 'Europe/Berlin' },
  'api.enable': { api: { enable: false } },
  'api.host': { api: { host: '::1' } },
  'api.port': { api: { port: 1 } },
  logLevel: { logLevel: 'debug' },
  runLogBytes: { runLogBytes: 20_000 },
  proxies: { proxies: ['a:1'] },
  proxyStrategy: { proxyStrategy: 'random' },
  partHosts: { partHosts: [{ target: 'https://a.test', hosts: ['https://b.test'] }] },
  jobs: { jobs: [{ id: 'a', plugin: 'hello', everyMs: 1 }] },
  'limits.maxRuns': { limits: { maxRuns: 1 } },
  'limits.maxLaunches': { limits: { maxLaunches: 1 } },
  'limits.stopMs': { limits: { stopMs: 100 } },
  'limits.maxBrowsers': { limits: { maxBrowsers: 1 } },
  'limits.perOrigin.maxPerMinute': { limits: { perOrigin: { maxPerMinute: 1 } } },
  'limits.perOrigin.maxPerDay': { limits: { perOrigin: { maxPerDay: 1 } } },
  'limits.perOrigin.concurrency': { limits: { perOrigin: { concurrency: 1 } } },
  metricsFile: { metricsFile: 'x.csv' },
  'store.minFreeBytes': { store: { minFreeBytes: 1 } },
  'store.reserveBytes': { store: { reserveBytes: 0 } },
  'browser.headless': { browser: { headless: false } },
  'browser.executable': { browser: { executable: '/x' } },
  alerts: { alerts: [{ metric: 'm', above: 1 }] },
  alertSinks: { alertSinks: [{ kind: 'slack', url: 'http://127.0.0.1/x' }] },
  'alertMessages.repeatMs': { alertMessages: { repeatMs: 60_000 } },
  'alertMessages.groupWaitMs': { alertMessages: { groupWaitMs: 1 } },
  'alertMessages.groupBy': { alertMessages: { groupBy: ['plugin'] } },
  'retention.auditDays': { retention: { auditDays: 1 } },
  'retention.proxiesDays': { retention: { proxiesDays: 1 } },
  'retention.metricsDays': { retention: { metricsDays: 1 } },
  'retention.executionsDays': { retention: { executionsDays: 1 } },
  'retention.eventsDays': { retention: { eventsDays: 1 } },
  'retention.artifactsDays': { retention: { artifactsDays: 1 } },
  'retention.artifactsBytes': { retention: { artifactsBytes: 1 } },
  'retention.storageDays': { retention: { storageDays: 1 } },
}

describe('what a reload can do', () => {
  it('is decided for every key', () => {
    expect(Object.keys(RELOAD_RULES).sort()).toEqual(
      configLeaves()
        .map(({ path }) => path)
        .sort(),
    )
  })

  it.each(Object.entries(OTHERS))('finds a change of %s, and that alone', (path, changed) => {
    const found = diff({}, changed)
    expect(found).toEqual([
      { ...RELOAD_RULES[path as ConfigPath], path, before: expect.any(String), after: expect.any(String) },
    ])
  })

  it('finds the same keys in both directions, and none between equals', () => {
    const configuration = fc
      .subarray(Object.values(OTHERS))
      .map((chosen): RefbotConfigInput => Object.assign({}, ...chosen))
    fc.assert(
      fc.property(configuration, configuration, (a, b) => {
        const paths = (changes: ReturnType<typeof diff>) => changes.map(({ path }) => path)
        expect(paths(diff(a, b))).toEqual(paths(diff(b, a)))
        expect(diff(a, structuredClone(a))).toEqual([])
      }),
    )
  })

  it('takes no notice of the order of keys, nor of defaults that were written out', () => {
    const rule = { metric: 'm', above: 1 }
    expect(diff({ alerts: [rule] }, { alerts: [{ severity: 'warning', windowMs: 300_000, ...rule }] })).toEqual([])
  })

  it('says of texts and numbers what they were and are', () => {
    expect(diff({ api: { port: 1 } }, { api: { port: 2 }, timeZone: 'UTC' })).toMatchObject([
      { path: 'timeZone', before: 'none', after: 'UTC', effect: 'restart' },
      { path: 'api.port', before: '1', after: '2', effect: 'restart' },
    ])
  })

  it('says of lists how many came and went, since entries hold passwords', () => {
    const [change] = diff({ proxies: ['a:1', 'b:2:me:hunter2'] }, { proxies: ['a:1', 'b:2:me:hunter3', 'c:3'] })
    expect(change).toEqual({
      path: 'proxies',
      ...RELOAD_RULES.proxies,
      before: '2 entries',
      after: '3 entries (2 new, 1 gone)',
    })
  })

  it('notices a secret that was replaced', () => {
    const input = { proxies: [{ $secret: 'a' }] }
    const [before, after] = ['a:1:me:hunter2', 'a:1:me:hunter3'].map((REFBOT_SECRET_A) =>
      parseConfig(input, undefined, { env: { REFBOT_SECRET_A } }),
    )
    const changes = before && after && diffConfig(before, after)
    expect(changes).toMatchObject([{ path: 'proxies', effect: 'live', after: '1 entry (1 new, 1 gone)' }])
    expect(JSON.stringify(changes)).not.toContain('hunter')
  })
})
