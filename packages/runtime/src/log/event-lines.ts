import type { AlertSeverity } from '@refbot/analytics'
import type { JsonValue } from '@refbot/plugin-sdk'
import type { LogLevel } from '../config/index.ts'
import type { EventData, EventType, RefbotEvent } from '../store/index.ts'

/** What the service's log says of an event. */
export interface EventLine {
  readonly level: LogLevel
  readonly message: string
  readonly about?: Readonly<Record<string, JsonValue | undefined>>
}

/** Undefined: another line tells it. */
type Telling = { readonly [Type in EventType]: (data: EventData[Type], at: number) => EventLine | undefined }

const TELLING: Telling = {
  'job.saved': (data) => ({ level: 'debug', message: 'job saved', about: { ...data } }),
  'job.deleted': (data) => ({ level: 'debug', message: 'job deleted', about: { ...data } }),
  'execution.claimed': (data) => execution('execution', data),
  'execution.changed': (data, at) => execution('execution', data, at),
  'run.claimed': (data) => execution('run', data),
  'run.changed': (data, at) => execution('run', data, at),
  'artifact.stored': (data) => ({ level: 'debug', message: 'artifact stored', about: { ...data } }),
  'plugin.desired': (data) => ({ level: 'info', message: `plugin ${data.desired}`, about: { ...data } }),
  'alert.pending': (data) => alert('debug', 'alert pending', data),
  'alert.firing': (data) => alert(GRAVITY[data.severity], 'alert fires', data),
  'alert.resolved': (data) => alert('info', 'alert resolved', data),
  'alert.cleared': (data) => alert('debug', 'alert cleared', data),
  'alert.acknowledged': (data) => ({ level: 'info', message: 'alert acknowledged', about: { ...data } }),
  'silence.created': ({ startsAt, endsAt, labels, ...data }) => ({
    level: 'info',
    message: 'silence created',
    about: { ...data, labels: labels && { ...labels }, startsAt: iso(startsAt), endsAt: iso(endsAt) },
  }),
  'silence.ended': (data) => ({ level: 'info', message: 'silence ended', about: { ...data } }),
  'alert.delivered': (data) => ({ level: 'debug', message: 'alert delivered', about: { ...data } }),
  'alert.undelivered': (data) => ({ level: 'error', message: 'alert could not be delivered', about: { ...data } }),
  'proxy.added': (data) => ({ level: 'info', message: 'proxy added', about: { ...data } }),
  'proxy.removed': (data) => ({ level: 'info', message: 'proxy removed', about: { ...data } }),
  'proxy.circuit': ({ proxyId, from, to, retryAt }) => ({
    level: to === 'open' ? 'warn' : 'info',
    message: `circuit ${to}`,
    about: { proxyId, from, retryAt: retryAt === null ? undefined : iso(retryAt) },
  }),
  'store.key_rotated': (data) => ({ level: 'info', message: 'store key rotated', about: { ...data } }),
  'token.created': (data) => ({ level: 'info', message: 'token created', about: { ...data } }),
  'token.revoked': (data) => ({ level: 'info', message: 'token revoked', about: { ...data } }),
  'service.started': (data) => ({ level: 'info', message: 'started', about: { ...data } }),
  'service.stopping': (data) => ({ level: 'info', message: 'stopping', about: { ...data } }),
  'config.reloaded': ({ live, restart }) => ({
    level: restart.length === 0 ? 'info' : 'warn',
    message: restart.length === 0 ? 'configuration reloaded' : 'configuration reloaded; a part needs a restart',
    about: { live: [...live], restart: [...restart] },
  }),
  'origin.paused': ({ until, ...data }) => ({
    level: 'warn',
    message: 'origin paused',
    about: { ...data, until: iso(until) },
  }),
  'origin.lifted': (data) => ({ level: 'info', message: 'pause of an origin ended', about: { ...data } }),
  'run.held': ({ held, ...data }) => ({ level: 'info', message: held ? 'run held' : 'run goes on', about: data }),
  // What it holds is the plugin's own affair, and may be large.
  'plugin.event': ({ data: _, ...told }) => ({ level: 'debug', message: 'plugin event', about: told }),
  'store.pruned': ({ deleted }) => ({
    level: 'info',
    message: 'old data deleted',
    about: { deleted: deleted as unknown as JsonValue },
  }),
  'store.backed_up': ({ madeAt, ...data }) => ({
    level: 'info',
    message: 'backup made',
    about: { ...data, madeAt: iso(madeAt) },
  }),
  'store.restored': ({ madeAt, ...data }) => ({
    level: 'warn',
    message: 'backup restored',
    about: { ...data, madeAt: iso(madeAt) },
  }),
  'store.upgraded': ({ migrations, program }) => ({
    level: 'info',
    message: 'store upgraded',
    about: { migrations: [...migrations], program },
  }),
  'store.recovered': (data) => ({ level: 'warn', message: 'store recovered after a crash', about: { ...data } }),
  // A full disk takes no event: the store tells of its health by itself.
  'store.health': () => undefined,
}

export function eventLine({ type, data, at }: RefbotEvent): EventLine | undefined {
  return (TELLING[type] as (data: EventData[EventType], at: number) => EventLine | undefined)(data, at)
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

const GRAVITY = { info: 'info', warning: 'warn', critical: 'error' } as const satisfies Record<AlertSeverity, LogLevel>

function alert(level: LogLevel, message: string, { startedAt, ...data }: EventData['alert.resolved']): EventLine {
  const { plugin } = data.labels
  return { level, message, about: { ...data, plugin, startedAt: iso(startedAt) } }
}

type Told = EventData['execution.changed'] & Partial<Pick<EventData['run.changed'], 'plugin' | 'cause'>>

/** Of `at`, there is an end or a pause; without one it was just claimed. */
function execution(kind: 'run' | 'execution', told: Told, at?: number): EventLine {
  const { executionId, status, reason, plugin, jobId, task, cause } = told
  const about =
    kind === 'run' ? { runId: executionId, plugin, executionId, jobId, cause } : { executionId, jobId, task }
  const mild = kind === 'run' ? 'info' : 'debug'
  switch (status) {
    case 'running':
      return at === undefined
        ? { level: mild, message: `${kind} started`, about }
        : { level: 'debug', message: `${kind} starts another attempt`, about }
    case 'retrying':
      return { level: 'warn', message: `${kind} waits for another attempt`, about: { ...about, reason } }
    case 'cancelled':
      if (at === undefined) return { level: mild, message: `${kind} skipped`, about: { ...about, reason } }
  }
  return {
    level: status === 'failed' ? 'warn' : mild,
    message: `${kind} ended`,
    about: {
      ...about,
      outcome: status,
      reason,
      ...(at === undefined ? {} : { durationMs: durationMs(executionId, at) }),
    },
  }
}

/** An execution's id begins with the time of its claim (UUIDv7). */
function durationMs(id: string, endedAt: number): number | undefined {
  const claimedAt = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
  return Number.isNaN(claimedAt) ? undefined : Math.max(0, endedAt - claimedAt)
}
