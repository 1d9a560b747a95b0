import {
  type AlertDelivery,
  type AlertingOptions,
  type AlertNotification,
  type AlertSink,
  AnalyticsError,
  alertmanagerSink,
  emailSink,
  type MailTransport,
  webhookSink,
} from '@refbot/analytics'
import { type AlertSinkConfig, MAX_SINKS } from './config/index.ts'

type Mail = Extract<AlertSinkConfig, { kind: 'email' }>

/**
 * Sinks that a reload replaces while messages wait: analytics keeps a queue for each place, and a message goes to the sink
 * that stands there when its turn has come. An empty place takes what comes and tells nobody.
 */
export class SinkSlots {
  #current: readonly AlertSink[] = []

  /** One for each place, for analytics. */
  readonly sinks: readonly AlertSink[] = Array.from({ length: MAX_SINKS }, (_, place) =>
    slot(nameOf(place), () => this.#current[place]),
  )

  set(sinks: readonly AlertSinkConfig[]): void {
    this.#current = sinks.map(alertSink)
  }

  /** Told is of messages to sinks that are there, by their own names. */
  options(onDelivery: (delivery: AlertDelivery) => void): AlertingOptions {
    return {
      sinks: this.sinks,
      onDelivery: (delivery) => {
        const sink = this.#current.find((_, place) => nameOf(place) === delivery.sink)
        if (sink !== undefined) onDelivery({ ...delivery, sink: sink.name })
      },
    }
  }
}

function nameOf(place: number): string {
  return `alertSinks.${place}`
}

function slot(name: string, current: () => AlertSink | undefined): AlertSink {
  return {
    name,
    // Analytics asks for it each time; that a getter may give nothing, an optional property cannot say.
    get refreshMs() {
      return current()?.refreshMs as number
    },
    async send(notification: AlertNotification, signal: AbortSignal) {
      try {
        await current()?.send(notification, signal)
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
    const sink = emailSink({ transport: lazyTransport(config), from: config.from, to: config.to.join(', ') })
    return { ...sink, name: `email ${config.host}` }
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
    name: `${kind} ${new URL(url).host}`,
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
