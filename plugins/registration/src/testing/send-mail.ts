import { connect } from 'node:net'
import { createInterface } from 'node:readline'

export interface Sender extends Disposable {
  /** What the server answers to one line of the protocol, its last line alone; undefined where it has hung up. */
  say(line: string): Promise<string | undefined>
}

/** A connection to an SMTP server on loopback, past its greeting. */
export async function openSender(port: number): Promise<Sender> {
  const socket = connect({ host: '127.0.0.1', port }).on('error', () => undefined)
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  const answer = async (): Promise<string | undefined> => {
    const { value, done } = await lines.next()
    return done === true ? undefined : /^\d{3}-/.test(value) ? answer() : value
  }
  const sender: Sender = {
    say: (line) => {
      socket.write(`${line}\r\n`)
      return answer()
    },
    [Symbol.dispose]: () => void socket.destroy(),
  }
  await answer()
  await sender.say('EHLO test')
  return sender
}

/** Sends one mail, and says what the server answered to it. */
export async function sendMail(
  port: number,
  { to, html, subject = 'Hello' }: { readonly to: readonly string[]; readonly html: string; readonly subject?: string },
): Promise<string | undefined> {
  using sender = await openSender(port)
  await sender.say('MAIL FROM:<site@example.com>')
  for (const address of to) await sender.say(`RCPT TO:<${address}>`)
  await sender.say('DATA')
  return await sender.say(`Subject: ${subject}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${html}\r\n.`)
}
