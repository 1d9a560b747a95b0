import type { AlertSink } from './sink.ts'
import { post } from './webhook.ts'

export interface AlertmanagerSinkOptions {
  /** Of the Alertmanager, such as `http://127.0.0.1:9093`; `/api/v2/alerts` is added. */
  readonly url: string
  /**
   * How long Alertmanager keeps an alert firing that it hears nothing more of, ms; default 900,000 (15 min). It is sent
   * again after a third of it, so alerts have to be evaluated at least as often.
   */
  readonly expireMs?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
  readonly fetch?: typeof globalThis.fetch
  /** Epoch ms; default the machine's clock. */
  readonly now?: () => number
}

/** Label names of Prometheus know no dots and dashes. */
const safe = (name: string): string => name.replace(/[^A-Za-z0-9_]/g, '_')

/** Hands alerts to a Prometheus Alertmanager (`POST /api/v2/alerts`), which groups, silences and routes them further. */
export function alertmanagerSink(options: AlertmanagerSinkOptions): AlertSink {
  const { expireMs = 900_000, headers = {}, timeoutMs = 10_000, now = Date.now } = options
  const url = new URL('api/v2/alerts', options.url.endsWith('/') ? options.url : `${options.url}/`)
  const name = `alertmanager ${url.host}`
  return {
    name,
    refreshMs: expireMs / 3,
    async send({ alerts, at }, signal) {
      // Of the attempt, not of the message: one that was held up would tell of an end that never was.
      const expires = Math.max(at, now()) + expireMs
      const body = alerts.map((alert) => ({
        // The severity is no label: with it, a graver alert would be another alert, and the milder one would never end.
        labels: {
          ...Object.fromEntries(Object.entries(alert.labels).map(([label, value]) => [safe(label), value])),
          alertname: alert.ruleId,
        },
        annotations: { summary: alert.summary, severity: alert.severity, value: String(alert.value) },
        startsAt: new Date(alert.startedAt).toISOString(),
        endsAt: new Date(alert.state === 'resolved' ? (alert.resolvedAt ?? at) : expires).toISOString(),
      }))
      await post(name, url, JSON.stringify(body), headers, { signal, timeoutMs, fetch: options.fetch })
    },
  }
}
