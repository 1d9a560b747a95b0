import { z } from '@hono/zod-openapi'
import type { EventType } from '@refbot/runtime'
import { durationMs, instant, labels } from './common.ts'

const value = z.number().optional()

export const seriesSchema = z
  .object({
    name: z.string(),
    labels,
    kind: z.enum(['gauge', 'counter', 'histogram']),
    lastAt: instant.optional(),
    lastValue: z.number(),
    count: z.int().meta({ description: 'Samples in the window; never 0.' }),
    sum: z.number(),
    mean: value,
    min: value,
    max: value,
    stddev: value,
    p50: value,
    p95: value,
    p99: value,
  })
  .openapi('Series')

export const metricsSchema = z
  .object({ windowMs: durationMs, since: instant, until: instant, series: z.array(seriesSchema) })
  .openapi('Metrics')

/** Complete, or it does not compile. */
const EVENT_TYPES: Readonly<Record<EventType, true>> = {
  'job.saved': true,
  'job.deleted': true,
  'execution.claimed': true,
  'execution.changed': true,
  'run.claimed': true,
  'run.changed': true,
  'artifact.stored': true,
  'plugin.desired': true,
  'plugin.event': true,
  'run.held': true,
  'alert.pending': true,
  'alert.firing': true,
  'alert.resolved': true,
  'alert.cleared': true,
  'alert.acknowledged': true,
  'silence.created': true,
  'silence.ended': true,
  'alert.delivered': true,
  'alert.undelivered': true,
  'proxy.added': true,
  'proxy.removed': true,
  'proxy.circuit': true,
  'store.key_rotated': true,
  'token.created': true,
  'token.revoked': true,
  'service.started': true,
  'service.stopping': true,
  'config.reloaded': true,
  'origin.paused': true,
  'origin.lifted': true,
  'store.pruned': true,
  'store.backed_up': true,
  'store.restored': true,
  'store.upgraded': true,
  'store.recovered': true,
  'store.health': true,
}

export const eventSchema = z
  .object({
    id: z.int().meta({ description: 'Increasing; send the last one back as Last-Event-ID to resume.' }),
    type: z.enum([...(Object.keys(EVENT_TYPES) as EventType[]), 'gap']),
    at: instant,
    data: z.record(z.string(), z.unknown()),
  })
  .openapi('Event')

export const healthSchema = z.object({ status: z.enum(['ok', 'unavailable']), version: z.string() }).openapi('Health')
