import type { PluginScheduler } from '@refbot/scheduler'
import type { EventStream } from '../events/index.ts'
import type { StoreHealth } from '../store/index.ts'
import { eventLine } from './event-lines.ts'
import type { ServiceLog } from './log-book.ts'

/** Says what changes, from the one stream of events. Returns what ends it. */
export function tellEvents(log: ServiceLog, events: Pick<EventStream, 'listen'>): () => void {
  return events.listen((event) => {
    const line = eventLine(event)
    if (line !== undefined) log[line.level](line.about ?? {}, line.message)
  })
}

/** Says what the scheduler could not do. */
export function tellScheduler(log: ServiceLog, scheduler: Pick<PluginScheduler, 'on'>): void {
  scheduler.on('scheduler:store-failed', ({ operation, error }) => {
    log.error({ operation, error }, 'the store refused what the scheduler asked')
  })
  scheduler.on('scheduler:listener-failed', ({ event, error }) => {
    log.error({ event, error }, 'a listener of the scheduler failed')
  })
  scheduler.on('job:stuck', ({ jobId, error }) => log.error({ jobId, error }, 'job stuck'))
  scheduler.on('job:task-missing', (missing) => log.warn(missing, 'a stored job has no task'))
  scheduler.on('job:missed', ({ jobId, first, last, policy, firing, recorded }) => {
    const span = { first: new Date(first).toISOString(), last: new Date(last).toISOString() }
    log.warn({ jobId, ...span, policy, firing, recorded }, 'due times were missed')
  })
}

/** Says when the disk under the store fills up or fails: on a full one no event could. */
export function tellHealth(log: ServiceLog): (health: StoreHealth) => void {
  return ({ status, ...rest }) => log[HEALTH_LEVELS[status]](rest, `disk of the store: ${status}`)
}

const HEALTH_LEVELS = { ok: 'info', low: 'warn', full: 'error', failing: 'error' } as const
