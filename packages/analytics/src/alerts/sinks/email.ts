import type { AlertSink } from './sink.ts'
import { textOf, titleOf } from './text.ts'

/** What is needed of a mailer; a transport of nodemailer fits. */
export interface MailTransport {
  sendMail(message: { from: string; to: string; subject: string; text: string }): Promise<unknown>
}

export interface EmailSinkOptions {
  readonly transport: MailTransport
  readonly from: string
  readonly to: string
}

/** Sends each message as a plain mail through a transport that the caller has set up. */
export function emailSink({ transport, from, to }: EmailSinkOptions): AlertSink {
  return {
    name: 'email',
    async send(notification) {
      // A label's value may hold a line break; in a subject it would begin another header.
      const subject = `[RefBot] ${titleOf(notification)}`.replace(/[\r\n]+/g, ' ')
      await transport.sendMail({ from, to, subject, text: textOf(notification) })
    },
  }
}
