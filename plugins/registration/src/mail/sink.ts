import { PluginError } from '@refbot/plugin-sdk'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import type { Inbox, Mail } from './inbox.ts'

const maxBytes = 1024 * 1024
/** Addresses whose mail is remembered. */
const maxAddresses = 2000

/** An SMTP server on loopback that takes every mail, sends none on, and forgets all when it is closed. */
export class MailSink implements Inbox {
  readonly #mails = new Map<string, Mail>()
  readonly #server: SMTPServer

  /** @throws PluginError `INBOX_PORT_TAKEN` */
  static async listen(port: number): Promise<MailSink> {
    const sink = new MailSink()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    sink.#server.once('error', reject)
    sink.#server.listen(port, '127.0.0.1', resolve)
    try {
      await promise
    } catch (cause) {
      throw new PluginError('INBOX_PORT_TAKEN', `No mail can be received on port ${port}: ${String(cause)}`, {
        hint: 'Name a free port in inbox.smtpPort, and have the site send its mail there.',
        cause,
      })
    }
    sink.#server.off('error', reject)
    // A sender that breaks off costs its own mail alone.
    sink.#server.on('error', () => undefined)
    return sink
  }

  private constructor() {
    this.#server = new SMTPServer({
      ...{ authOptional: true, disabledCommands: ['AUTH', 'STARTTLS'], size: maxBytes, logger: false },
      onData: (stream, session, done) => {
        const chunks: Buffer[] = []
        let bytes = 0
        stream.on('data', (chunk: Buffer) => {
          bytes += chunk.length
          if (bytes <= maxBytes) chunks.push(chunk)
        })
        stream.once('end', () => {
          const to = session.envelope.rcptTo.map(({ address }) => address.toLowerCase())
          this.#keep(to, Buffer.concat(chunks)).then(() => done(), done)
        })
      },
    })
  }

  get port(): number {
    const address = this.#server.server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  async newest(address: string): Promise<Mail | undefined> {
    return this.#mails.get(address.toLowerCase())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  async #keep(to: readonly string[], raw: Uint8Array): Promise<void> {
    const { subject = '', text = '', html = '' } = await PostalMime.parse(raw)
    for (const address of to) this.#mails.set(address, { subject, text, html })
    const [oldest] = this.#mails.keys()
    if (this.#mails.size > maxAddresses && oldest !== undefined) this.#mails.delete(oldest)
  }
}
