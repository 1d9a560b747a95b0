import { createHmac } from 'node:crypto'
import { AnalyticsError } from '../../errors.ts'
import type { AlertNotification } from '../notify.ts'
import type { AlertSink } from './sink.ts'
import { textOf, titleOf } from './text.ts'

/** What the body looks like: the notification itself, or what these services take. */
export type WebhookTemplate = 'json' | 'slack' | 'teams' | 'ntfy'

export interface WebhookSinkOptions {
  readonly url: string
  /** Signs each attempt: `X-RefBot-Signature: t=<epoch s>,v1=<hex HMAC-SHA256 of "<t>.<body>">`. */
  readonly secret?: string
  /** Default `json`. */
  readonly template?: WebhookTemplate
  readonly headers?: Readonly<Record<string, string>>
  /** Of one attempt; default 10,000. */
  readonly timeoutMs?: number
  readonly name?: string
  readonly fetch?: typeof globalThis.fetch
  /** Epoch ms; default the machine's clock. */
  readonly now?: () => number
}

const priorities = { info: 3, warning: 4, critical: 5 } as const

const templates: Readonly<Record<WebhookTemplate, (notification: AlertNotification, url: URL) => unknown>> = {
  json: (notification) => ({ version: 1, ...notification, title: titleOf(notification) }),
  slack: (notification) => ({ text: `*${escapeSlack(titleOf(notification))}*\n${escapeSlack(textOf(notification))}` }),
  teams: (notification) => ({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            { type: 'TextBlock', weight: 'Bolder', size: 'Medium', wrap: true, text: titleOf(notification) },
            ...notification.alerts.map((_, i) => ({
              type: 'TextBlock',
              wrap: true,
              text: textOf(notification).split('\n')[i] ?? '',
            })),
          ],
        },
      },
    ],
  }),
  // ntfy takes JSON at the server's root, with the topic inside.
  ntfy: (notification, url) => ({
    topic: url.pathname.split('/').findLast((part) => part !== '') ?? '',
    title: titleOf(notification),
    message: textOf(notification),
    priority: Math.max(...notification.alerts.map(({ severity }) => priorities[severity])),
    tags: [notification.status],
  }),
}

const escapeSlack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** The value of `X-RefBot-Signature`; a receiver computes the same and compares in constant time. */
export function signWebhook(secret: string, body: string, epochSeconds: number): string {
  const mac = createHmac('sha256', secret).update(`${epochSeconds}.${body}`).digest('hex')
  return `t=${epochSeconds},v1=${mac}`
}

/** Posts JSON. Any status but 2xx is a failure; a URL's credentials and path never appear in an error. */
export function webhookSink(options: WebhookSinkOptions): AlertSink {
  const { secret, template = 'json', headers = {}, timeoutMs = 10_000, now = Date.now } = options
  const url = new URL(options.url)
  const target = template === 'ntfy' ? new URL('/', url) : url
  const name = options.name ?? `webhook ${url.host}`
  return {
    name,
    async send(notification, signal) {
      const body = JSON.stringify(templates[template](notification, url))
      // Signed at each attempt: a receiver that refuses old signatures would refuse what is tried again after long.
      const signature =
        secret === undefined ? {} : { 'x-refbot-signature': signWebhook(secret, body, Math.floor(now() / 1_000)) }
      const own = { 'x-refbot-message': notification.id, ...signature }
      await post(name, target, body, { ...headers, ...own }, { signal, timeoutMs, fetch: options.fetch })
    },
  }
}

/** Request Timeout, Too Early, Too Many Requests: not this message is wrong, but this moment. */
const temporary = new Set([408, 425, 429])

export async function post(
  name: string,
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
  options: {
    readonly signal: AbortSignal
    readonly timeoutMs: number
    readonly fetch: typeof globalThis.fetch | undefined
  },
): Promise<void> {
  const response = await (options.fetch ?? globalThis.fetch)(url, {
    method: 'POST',
    body,
    redirect: 'error',
    headers: { 'content-type': 'application/json', ...headers },
    signal: AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)]),
  })
  await response.body?.cancel()
  if (response.ok) return
  const refused = response.status >= 400 && response.status < 500 && !temporary.has(response.status)
  throw new AnalyticsError(
    refused ? 'ALERT_SINK_REFUSED' : 'ALERT_SINK_FAILED',
    `${name} answered ${response.status}.`,
    'Check the address and what it wants; the message is tried again.',
  )
}
