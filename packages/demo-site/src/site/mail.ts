import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { loopback } from '../listen.ts'

export interface OutgoingMail {
  readonly to: string
  readonly subject: string
  readonly text: string
}

const from = 'logbook@demo.test'

/** Hands one mail to an SMTP server on loopback. @throws Error when it does not take it */
export async function sendMail(port: number, { to, subject, text }: OutgoingMail): Promise<void> {
  const socket = connect({ host: loopback, port })
  const body = text.replaceAll('\n', '\r\n').replace(/^\./gm, '..')
  const say = [
    `EHLO ${loopback}`,
    `MAIL FROM:<${from}>`,
    `RCPT TO:<${to}>`,
    'DATA',
    `From: Logbook <${from}>\r\nTo: <${to}>\r\nSubject: ${subject}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${body}\r\n.`,
    'QUIT',
  ]
  try {
    const failed = new Promise<never>((_, reject) => socket.once('error', reject))
    const talk = async () => {
      for await (const line of createInterface({ input: socket })) {
        // An answer of several lines has a dash in all but the last.
        if (line[3] === '-') continue
        if (!/^[23]/.test(line)) throw new Error(`The mail was not taken: ${line}`)
        const next = say.shift()
        if (next === undefined) return
        socket.write(`${next}\r\n`)
      }
      if (say.length > 0) throw new Error('The mail server hung up.')
    }
    await Promise.race([talk(), failed])
  } finally {
    socket.destroy()
  }
}
