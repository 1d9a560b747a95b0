import {
  type AlertNotification,
  type AlertSink,
  AnalyticsError,
  alertmanagerSink,
  emailSink,
  type MailTransport,
  webhookSink,
} from '@refbot/analytics'
import type { AlertSinkConfig } from './config/index.ts'

type Mail = Extract<AlertSinkConfig, { kind: 'email' }>

/** The sinks of a configuration, under the names that their queues have. */
export function alertSinks(configs: readonly AlertSinkConfig[]): AlertSink[] {
  return configs.map((config) => {
    const { name = config.kind, minSeverity } = config
    const sink = discreet(alertSink(config))
    return { ...sink, name, ...(minSeverity === undefined ? {} : { minSeverity }) }
  })
}

function discreet(sink: AlertSink): AlertSink {
  return {
    ...sink,
    async send(notification: AlertNotification, signal: AbortSignal) {
      try {
        await sink.send(notification, signal)
      } catch (error) {
        throw error instanceof AnalyticsError ? error : new Error(reasonOf(error))
      }
    },
  }
}

/** Texts of libraries may repeat what they were given, and with it a secret: of theirs only the code is told. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const inner = error.cause instanceof Error ? error.cause : error
  return 'code' in inner && typeof inner.code === 'string' ? inner.code : error.name
}

function alertSink(config: AlertSinkConfig): AlertSink {
  if (config.kind === 'email') {
    return emailSink({ transport: lazyTransport(config), from: config.from, to: config.to.join(', ') })
  }
  const { kind, url, headers, timeoutMs } = config
  const shared = {
    url,
    ...(headers === undefined ? {} : { headers }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  }
  if (kind === 'alertmanager') return alertmanagerSink(shared)
  const secret = kind === 'webhook' ? config.secret : undefined
  return webhookSink({
    ...shared,
    template: kind === 'webhook' ? 'json' : kind,
    ...(secret === undefined ? {} : { secret }),
  })
}

/** What a mail server may take to answer, ms. */
const MAIL_TIMEOUT_MS = 10_000

/** The mailer is loaded by the first message: most installations send none. */
function lazyTransport({ host, port, tls, username, password }: Mail): MailTransport {
  let transport: Promise<MailTransport> | undefined
  const make = async (): Promise<MailTransport> => {
    const { createTransport } = await import('nodemailer')
    return createTransport({
      ...{ host, port, secure: tls === 'implicit', requireTLS: tls === 'starttls', ignoreTLS: tls === 'none' },
      ...{ connectionTimeout: MAIL_TIMEOUT_MS, greetingTimeout: MAIL_TIMEOUT_MS, socketTimeout: MAIL_TIMEOUT_MS },
      ...(username === undefined || password === undefined ? {} : { auth: { user: username, pass: password } }),
      // A message is text that we made: nothing in it may name a file or an address to fetch.
      ...{ disableFileAccess: true, disableUrlAccess: true },
    })
  }
  return {
    async sendMail(message) {
      transport ??= make()
      return (await transport).sendMail(message)
    },
  }
}
