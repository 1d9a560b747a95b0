import { describe, expect, it } from 'vitest'
import type { EventData, EventType, RefbotEvent } from '../store/index.ts'
import { eventLine } from './event-lines.ts'

const CLAIMED = Date.UTC(2026, 0, 1)
/** A UUIDv7 of that time. */
const RUN = '019b76da-a800-7000-8000-000000000000'
const run = { executionId: RUN, jobId: 'j', task: 'plugin', plugin: 'hello', cause: 'schedule' } as const
const alert = {
  alertId: 'a',
  ruleId: 'r',
  severity: 'critical',
  labels: { plugin: 'hello' },
  summary: 's',
  value: 1,
  threshold: 2,
  startedAt: CLAIMED,
} as const

const line = <Type extends EventType>(type: Type, data: EventData[Type]) =>
  eventLine({ id: 1, type, at: CLAIMED + 812, data } as unknown as RefbotEvent)

describe('a line of an event', () => {
  it.each([
    [line('run.claimed', { ...run, status: 'running' }), 'info', 'run started', { runId: RUN, plugin: 'hello' }],
    [
      line('run.claimed', { ...run, status: 'cancelled', reason: 'missed' }),
      'info',
      'run skipped',
      { reason: 'missed' },
    ],
    [line('run.changed', { ...run, status: 'success' }), 'info', 'run ended', { outcome: 'success', durationMs: 812 }],
    [
      line('run.changed', { ...run, status: 'failed', reason: 'timeout' }),
      'warn',
      'run ended',
      { runId: RUN, executionId: RUN, outcome: 'failed', reason: 'timeout', durationMs: 812 },
    ],
    [line('run.changed', { ...run, status: 'retrying' }), 'warn', 'run waits for another attempt', { runId: RUN }],
    [
      line('execution.changed', { ...run, task: 'retention', status: 'success' }),
      'debug',
      'execution ended',
      { executionId: RUN, task: 'retention' },
    ],
    [line('plugin.desired', { plugin: 'hello', desired: 'paused' }), 'info', 'plugin paused', { plugin: 'hello' }],
    [line('alert.firing', alert), 'error', 'alert fires', { ruleId: 'r', plugin: 'hello' }],
    [line('alert.firing', { ...alert, severity: 'warning' }), 'warn', 'alert fires', {}],
    [line('alert.resolved', alert), 'info', 'alert resolved', { startedAt: '2026-01-01T00:00:00.000Z' }],
    [
      line('proxy.circuit', { proxyId: 'p', from: 'closed', to: 'open', input: 'failure', retryAt: CLAIMED } as never),
      'warn',
      'circuit open',
      { proxyId: 'p', from: 'closed', retryAt: '2026-01-01T00:00:00.000Z' },
    ],
    [line('store.pruned', { deleted: { event: { items: 3, bytes: 0 } } }), 'info', 'old data deleted', {}],
    [line('config.reloaded', { live: ['logLevel'], restart: [] }), 'info', 'configuration reloaded', {}],
    [
      line('config.reloaded', { live: [], restart: ['timeZone'] }),
      'warn',
      'configuration reloaded; a part needs a restart',
      { restart: ['timeZone'] },
    ],
  ])('%#: %o', (told, level, message, about) => {
    expect(told).toMatchObject({ level, message, about })
  })

  it('of the disk there is none: on a full one no event could tell it', () => {
    expect(line('store.health', { status: 'full', freeBytes: 0 })).toBeUndefined()
  })
})
