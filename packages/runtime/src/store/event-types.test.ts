import { readFileSync } from 'node:fs'
import type { AlertDelivery, AlertTransition } from '@refbot/analytics'
import { describe, expect, it } from 'vitest'
import type { EventType } from './event-types.ts'
import type { AlertDeed } from './operations/alerts.ts'
import { applyRetention } from './retention.ts'
import type { Store } from './store.ts'
import { AT, end, id, run } from './testing/contracts.ts'
import { TestFolder } from './testing/folder.ts'
import { alertSnapshot, transition } from './testing/operator-samples.ts'

const DAY = 86_400_000

/**
 * One change for each type. Those of the store itself that need a broken disk, a crash or an old database are tested
 * where these are made: what stands here must be complete, or it does not compile.
 */
const CHANGES: Readonly<Record<EventType, ((store: Store) => Promise<unknown>) | 'elsewhere'>> = {
  'job.saved': (store) => store.executions.saveJob(JOB),
  async 'job.deleted'(store) {
    await store.executions.saveJob(JOB)
    await store.executions.deleteJob('job')
  },
  'execution.claimed': (store) => store.executions.claim(run(1, 'shop', { task: 'retention' })),
  async 'execution.changed'(store) {
    await store.executions.claim(run(1, 'shop', { task: 'retention' }))
    await end(store, 1, 'success', 5)
  },
  'run.claimed': (store) => store.executions.claim(run(1)),
  async 'run.changed'(store) {
    await store.executions.claim(run(1))
    await end(store, 1, 'success', 5)
  },
  async 'artifact.stored'(store) {
    await store.executions.claim(run(1))
    await store.artifacts.add({ runId: id(1), name: 'a', contentType: 'text/plain', bytes: 1 })
  },
  'plugin.desired': (store) => store.plugins.setDesired('shop', 'armed'),
  'alert.pending': (store) => alerts(store, 'inactive', 'pending'),
  'alert.firing': (store) => alerts(store, 'pending', 'firing'),
  'alert.resolved': (store) => alerts(store, 'firing', 'resolved'),
  'alert.cleared': (store) => alerts(store, 'pending', 'inactive'),
  'alert.acknowledged': (store) => deed(store, { type: 'alert.acknowledged', data: ACKNOWLEDGED }),
  'silence.created': (store) => deed(store, { type: 'silence.created', data: SILENCE }),
  'silence.ended': (store) => deed(store, { type: 'silence.ended', data: { silenceId: 's', cause: 'time' } }),
  'alert.delivered': (store) => message(store, 'delivered'),
  'alert.undelivered': (store) => message(store, 'failed'),
  'proxy.added': (store) => store.proxies.add([PROXY]),
  async 'proxy.removed'(store) {
    await store.proxies.add([PROXY])
    await store.proxies.remove(PROXY.id)
  },
  'proxy.circuit': (store) => store.proxyHealth.save({ takenAt: AT, proxies: [], circuits: [CIRCUIT] }),
  'store.key_rotated': (store) => store.proxies.reseal({ keyId: 'k', proxies: [], forgotten: [] }),
  'token.created': (store) => store.tokens.add(TOKEN),
  async 'token.revoked'(store) {
    await store.tokens.add(TOKEN)
    await store.tokens.revoke(TOKEN.id)
  },
  'origin.paused': (store) => store.origins.pause(PAUSE),
  async 'origin.lifted'(store) {
    await store.origins.pause(PAUSE)
    await store.origins.lift(PAUSE.origin)
  },
  async 'store.pruned'(store) {
    await store.pluginValues.set('shop', 'key', 1)
    await applyRetention(store, { pluginValueMs: DAY }, Date.UTC(2027, 0, 1))
  },
  /** ../operation.test.ts */
  'service.started': 'elsewhere',
  'service.stopping': 'elsewhere',
  'config.reloaded': 'elsewhere',
  'run.held': (store) => store.tell('run.held', { plugin: 'shop', runId: id(1), held: true }),
  'plugin.event': (store) => store.tell('plugin.event', { plugin: 'shop', runId: id(1), name: 'x', data: 1 }),
  /** disk/disk-full.test.ts */
  'store.health': 'elsewhere',
  /** faults.test.ts */
  'store.recovered': 'elsewhere',
  /** backup/notes.test.ts, backup/backup.test.ts */
  'store.backed_up': 'elsewhere',
  'store.restored': 'elsewhere',
  /** migrate.test.ts */
  'store.upgraded': 'elsewhere',
}
const JOB = {
  config: { id: 'job', task: 'retention', triggers: { type: 'interval' as const, everyMs: DAY } },
  createdAt: AT,
}

const PROXY = { id: 'http://a:1', protocol: 'http', host: 'a', port: 1 } as const
const CIRCUIT = { proxyId: PROXY.id, from: 'closed', to: 'open', input: 'isolated', retryAt: null } as const
const TOKEN = { id: 't1', name: 'ci', rights: 'admin', hash: 'aa' } as const

function alerts(store: Store, from: AlertTransition['from'], to: AlertTransition['to']): Promise<void> {
  return store.alertState.save({ snapshot: alertSnapshot(), transitions: [transition(from, to)] })
}

function deed(store: Store, done: AlertDeed): Promise<void> {
  return store.alertState.save({ snapshot: alertSnapshot(), transitions: [], done: [done] })
}
const ACKNOWLEDGED = { alertId: 'slow', ruleId: 'slow', severity: 'warning', by: 'anna' } as const
const SILENCE = { silenceId: 's', ruleId: 'slow', startsAt: AT, endsAt: AT + DAY } as const

const PAUSE = {
  origin: 'https://shop.test',
  cause: 'challenged',
  runId: 'run-1',
  since: AT,
  until: Date.UTC(2099, 0),
} as const

function message(store: Store, status: AlertDelivery['status']): Promise<void> {
  const base = { id: '1', sink: 'hook', says: 'firing', alertIds: ['slow'], attempts: 1, createdAt: AT } as const
  return store.alertState.save({ snapshot: alertSnapshot(), transitions: [], deliveries: [{ ...base, status }] })
}

const made = Object.entries(CHANGES).filter(([, change]) => change !== 'elsewhere') as [
  EventType,
  (store: Store) => Promise<unknown>,
][]

describe('every change of state', () => {
  it.each(made)('has its event, stored as delivered: %s', async (type, change) => {
    using folder = new TestFolder()
    await using store = await folder.open()
    await change(store)
    expect(folder.events.at(-1)).toMatchObject({ type, at: folder.now })
    expect(await store.events.since(0, 100)).toEqual(folder.events)
  })

  it('that changes nothing has none', async () => {
    using folder = new TestFolder()
    await using store = await folder.open()
    await store.executions.deleteJob('nobody')
    await store.executions.claim(run(1))
    expect(await store.executions.claim(run(1))).toBe(false)
    expect(folder.events).toHaveLength(1)
    await applyRetention(store, { eventMs: DAY, executionMs: DAY, artifactBytes: 0 }, folder.now)
    expect(folder.events).toHaveLength(1)
  })
})

/** What the source says of each type, in its order. */
function described(): [type: string, text: string][] {
  const source = readFileSync(new URL('event-types.ts', import.meta.url), 'utf8')
  const found = source.matchAll(/\/\*\* ([^\n]*?) \*\/\n {2}'([a-z]+\.[a-z_]+)':/g)
  return Array.from(found, ([, text = '', type = '']) => [type, text])
}

describe('the page of events', () => {
  it('has one line for every type', async () => {
    expect(
      described()
        .map(([type]) => type)
        .toSorted(),
    ).toEqual(Object.keys(CHANGES).toSorted())
    const lines = described().map(([type, text]) => `- \`${type}\`: ${text}`)
    const page = ['# Events', INTRODUCTION, lines.join('\n')].join('\n\n')
    await expect(`${page}\n`).toMatchFileSnapshot('../../../../docs/events.md')
  })
})

const INTRODUCTION = `Every change of state has an event, in the transaction of the change where that is stored. Ids increase and are
never given twice. \`GET /api/events\` streams them; with \`Last-Event-ID\` it goes on behind that one, and a reader that
was away for longer than events are kept is told of the gap. This page is made from the source.`
