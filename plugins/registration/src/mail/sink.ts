import { PluginError } from '@refbot/plugin-sdk'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import type { Inbox, Mail } from './inbox.ts'

const maxBytes = 1024 * 1024
/** Addresses whose mails are remembered: more than a batch has. */
const maxAddresses = 400
/** Mails to one address that are remembered. */
const maxMails = 4
/** Kept of a mail's text, and of its HTML. In characters. */
const maxLength = 100_000
/** How long a sender may take to end once the sink does, in milliseconds; many keep their connections open. */
const closeTime = 100

/** An SMTP server on loopback that takes every mail, sends none on, and forgets all when it is closed. */
export class MailSink implements Inbox {
  /** The address that had a mail last stands last. */
  readonly #mails = new Map<string, readonly Mail[]>()
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
      ...{ disabledCommands: ['STARTTLS'], size: maxBytes, logger: false, closeTimeout: closeTime },
      // Who sends is of no interest, and no name server is asked.
      ...{ authOptional: true, allowInsecureAuth: true, disableReverseLookup: true },
      onAuth: (_, __, done) => done(null, { user: 'anybody' }),
      onData: (stream, session, done) => {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => {
          if (!stream.sizeExceeded) chunks.push(chunk)
        })
        stream.once('end', () => {
          if (stream.sizeExceeded)
            return done(Object.assign(new Error('The mail is too large.'), { responseCode: 552 }))
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

  async to(address: string): Promise<readonly Mail[]> {
    return this.#mails.get(address.toLowerCase()) ?? []
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  async #keep(to: readonly string[], raw: Uint8Array): Promise<void> {
    const { subject = '', text = '', html = '' } = await PostalMime.parse(raw)
    const mail = { subject, text: text.slice(0, maxLength), html: html.slice(0, maxLength) }
    for (const address of to) {
      const mails = [mail, ...(this.#mails.get(address) ?? [])].slice(0, maxMails)
      this.#mails.delete(address)
      this.#mails.set(address, mails)
    }
    for (const oldest of this.#mails.keys()) {
      if (this.#mails.size <= maxAddresses) break
      this.#mails.delete(oldest)
    }
  }
}
