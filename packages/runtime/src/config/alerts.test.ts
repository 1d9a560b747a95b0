import { inspect } from 'node:util'
import { MetricsAggregator } from '@refbot/analytics'
import { describe, expect, it } from 'vitest'
import { alertRule } from './alert-rules.ts'
import { parseConfig } from './load.ts'
import { ConfigError } from './problem.ts'
import { diffConfig } from './reload.ts'
import type { RefbotConfigInput } from './schema.ts'

type Alerts = NonNullable<RefbotConfigInput['alerts']>
type Sinks = NonNullable<RefbotConfigInput['alertSinks']>

const rules = (alerts: Alerts) => parseConfig({ alerts }).alerts.map(alertRule)

/** One of each kind, and the rule that it becomes. */
const KINDS: readonly [Alerts[number], object][] = [
  [
    { metric: 'm', below: 0.9, severity: 'critical' },
    { id: 'config-1', kind: 'lower', metric: 'm', levels: { critical: 0.9 }, windowMs: 300_000 },
  ],
  [
    { kind: 'threshold', metric: 'm', above: 2, forMs: 5 },
    { kind: 'upper', levels: { warning: 2 }, forMs: 5 },
  ],
  [
    { kind: 'upper', metric: 'm', where: { plugin: 'a' }, levels: { warning: 1, critical: 2 }, recovery: 0.5 },
    { metric: { name: 'm', labels: { plugin: 'a' } }, levels: { warning: 1, critical: 2 }, recovery: 0.5 },
  ],
  [
    { kind: 'lower', id: 'mine', metric: 'm', aggregate: { quantile: 0.1 }, levels: { info: 1 }, minSamples: 3 },
    { id: 'mine', kind: 'lower', aggregate: { quantile: 0.1 }, minSamples: 3 },
  ],
  [
    { kind: 'range', metric: 'm', levels: { warning: [1, 9] }, recovery: [2, 8], keepFiringForMs: 7 },
    { kind: 'range', levels: { warning: [1, 9] }, recovery: [2, 8], keepFiringForMs: 7 },
  ],
  [
    { kind: 'absence', metric: 'm', levels: { warning: 1000 } },
    { kind: 'absence', levels: { warning: 1000 } },
  ],
  [
    { kind: 'anomaly', metric: 'm', detector: { method: 'mad' }, levels: { info: 1 }, labels: { team: 'a' } },
    { kind: 'anomaly', detector: { method: 'mad' }, labels: { team: 'a' } },
  ],
  [
    { kind: 'rate-of-change', metric: 'm', direction: 'up', measure: 'absolute', levels: { warning: 2 } },
    { kind: 'rate-of-change', direction: 'up', measure: 'absolute' },
  ],
  [
    { kind: 'success-rate', metric: 'm', groupBy: ['plugin'], levels: { warning: 0.9 }, noData: 'resolve' },
    { kind: 'success-rate', groupBy: ['plugin'], noData: 'resolve' },
  ],
  [
    { kind: 'burn-rate', metric: 'm', objective: 0.99, levels: { critical: 14.4 } },
    { kind: 'burn-rate', objective: 0.99 },
  ],
]

describe('a rule of the configuration', () => {
  it.each(KINDS)('%j is one that analytics takes', (entry, rule) => {
    const [made] = rules([entry])
    expect(made).toMatchObject(rule)
    if (made === undefined) return
    const analytics = new MetricsAggregator()
    analytics.addAlertRule(made)
    expect(Object.values(made)).not.toContain(undefined)
  })

  it.each([
    [[{ kind: 'nope', metric: 'm' }], /alerts\.0\.kind/],
    [[{ metric: 'm' }], /exactly one of above and below/],
    [[{ kind: 'upper', metric: 'm', levels: {} }], /no level/],
    [[{ kind: 'upper', metric: 'm', levels: { warning: 2, critical: 1 } }], /before a milder one/],
    [[{ kind: 'absence', metric: 'm', levels: { info: 1 }, aggregate: 'max' }], /alerts\.0.*"aggregate"/],
    [[{ kind: 'upper', metric: 'm', levels: { warnin: 2 } }], /nearest is alerts\.0\.levels\.warning/],
    [[{ kind: 'upper', metric: '!', levels: { warning: 2 } }], /alerts\.0/],
    [['a', 'a'].map((id) => ({ id, metric: 'm', above: 1 })), /another rule has the id "a"/],
  ])('%j is refused with its place', (alerts, message) => {
    expect(() => parseConfig({ alerts })).toThrow(expect.objectContaining({ message: expect.stringMatching(message) }))
  })
})

const env = { REFBOT_SECRET_HOOK: 'https://hooks.test/T0/very-secret', REFBOT_SECRET_KEY: 'k3y-very-secret' }
const parse = (alertSinks: Sinks, variables: Readonly<Record<string, string>> = env) =>
  parseConfig({ alertSinks }, undefined, { env: variables })

describe('sinks of the configuration', () => {
  const sinks: Sinks = [
    { kind: 'webhook', url: { $secret: 'hook' }, secret: { $secret: 'key' } },
    { kind: 'slack', url: 'https://hooks.test/T0/very-secret', headers: { Authorization: 'very-secret' } },
    {
      ...{ kind: 'email', host: 'mail.test', username: 'u', password: { $secret: 'key' } },
      ...{ from: 'a@example.com', to: ['b@example.com'] },
    },
  ]

  it('get their secrets, and show none of them', () => {
    const { alertSinks } = parse(sinks)
    expect(alertSinks).toMatchObject([
      { url: env.REFBOT_SECRET_HOOK, secret: env.REFBOT_SECRET_KEY },
      { headers: { Authorization: 'very-secret' } },
      { password: env.REFBOT_SECRET_KEY, port: 587, tls: 'starttls' },
    ])
    for (const text of [JSON.stringify(alertSinks), inspect(alertSinks, { depth: 9 }), `${alertSinks}`]) {
      expect(text).not.toContain('very-secret')
    }
    expect(JSON.parse(JSON.stringify(alertSinks))).toMatchObject([
      { url: { $secret: 'hook' }, secret: { $secret: 'key' } },
      { url: 'https://hooks.test [rest not shown]' },
      { password: { $secret: 'key' } },
    ])
  })

  it('can be read again as they are: a configuration that was checked is one', () => {
    const once = parse(sinks)
    const again = parseConfig(once)
    expect(again.alertSinks).toEqual(once.alertSinks)
    expect(JSON.stringify(again)).not.toContain('very-secret')
    expect(diffConfig(once, again)).toEqual([])
  })

  it('differ where a secret was replaced, and say nothing of it', () => {
    const changes = diffConfig(parse(sinks), parse(sinks, { ...env, REFBOT_SECRET_KEY: 'an0ther-very-secret' }))
    expect(changes).toMatchObject([{ path: 'alertSinks', effect: 'live' }])
    expect(JSON.stringify(changes)).not.toContain('very-secret')
  })

  it.each([
    [{ kind: 'slack', url: { $secret: 'none' } }, 'SECRET_MISSING', /alertSinks\.0\.url/],
    [{ kind: 'slack', url: 'ftp://very-secret' }, 'CONFIG_INVALID', /alertSinks\.0\.url/],
    [{ kind: 'slack', url: { $secret: 'key' } }, 'CONFIG_INVALID', /http or https URL/],
    [{ kind: 'webhook', url: 'http://a', headers: { 'X-A': 'very-secret\n' } }, 'CONFIG_INVALID', /headers\.X-A/],
    [{ kind: 'pager', url: 'http://a' }, 'CONFIG_INVALID', /alertSinks\.0\.kind/],
    [
      { kind: 'email', host: 'a', username: 'u', from: 'a@b', to: ['c@d'] },
      'CONFIG_INVALID',
      /username and password belong together/,
    ],
  ])('%j is refused with its place, and without its secrets', (sink, code, message) => {
    const error = (() => {
      try {
        return parse([sink as Sinks[number]])
      } catch (caught) {
        return caught
      }
    })()
    expect(error).toBeInstanceOf(ConfigError)
    expect(error).toMatchObject({ message: expect.stringMatching(message) })
    expect((error as ConfigError).problems.map((problem) => problem.code)).toContain(code)
    expect(inspect(error, { depth: 9 })).not.toContain('very-secret')
  })
})
