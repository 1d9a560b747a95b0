import type { MetricsAggregator } from '@refbot/analytics'
import type { GateRecord } from '../egress/index.ts'
import type { LogLine } from '../host/index.ts'

/** A decision of the gate as a line of the run's request log: never a body, a query, a header or a secret. */
export type RequestLine = Omit<GateRecord, 'runId' | 'leaseId'> & {
  readonly attempt: number
  /** The page or request that it belongs to. */
  readonly page: string
}

export function requestLine({ runId: _, leaseId, ...record }: GateRecord, attempt: number): RequestLine {
  return { ...record, attempt, page: leaseId }
}

/** What the gate itself refused stands out in the run's own log as well. */
export function refusalLine({ at, rule, method, origin, path, leaseId }: GateRecord): LogLine {
  return {
    at,
    level: 'warn',
    message: 'request refused',
    fields: { source: 'gate', rule, method, url: origin + path, page: leaseId },
  }
}

/** Requests of one attempt by what was decided and why; told together, so that a busy page costs no more samples. */
export class RequestCounter {
  readonly #counts = new Map<string, { verdict: string; rule: string; count: number }>()

  add({ verdict, rule }: Pick<GateRecord, 'verdict' | 'rule'>): void {
    const key = `${verdict} ${rule}`
    const entry = this.#counts.get(key) ?? { verdict, rule, count: 0 }
    entry.count++
    this.#counts.set(key, entry)
  }

  /** As samples of `egress.requests`: their sum over a window is how many requests it saw. */
  record(analytics: Pick<MetricsAggregator, 'record'>, plugin: string): void {
    for (const { verdict, rule, count } of this.#counts.values())
      analytics.record('egress.requests', count, { labels: { plugin, verdict, rule } })
    this.#counts.clear()
  }
}
