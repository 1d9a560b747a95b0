import { type OutgoingHttpHeaders, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Verdict } from './access-log.ts'

/** An answer of the proxy's own. */
export interface Denial {
  readonly verdict: Exclude<Verdict, 'forwarded'>
  readonly status: number
  /** One sentence, the body of the answer. */
  readonly reason: string
}

export const unreachable: Denial = {
  verdict: 'unreachable',
  status: 502,
  reason: 'The target does not take the connection.',
}

export function denialHeaders({ status, reason }: Denial): OutgoingHttpHeaders {
  return {
    ...(status === 407 ? { 'proxy-authenticate': 'Basic realm="RefBot demo proxy", charset="UTF-8"' } : {}),
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(reason),
  }
}

const lingerMs = 5000

/** Answers a CONNECT, whose socket belongs to no HTTP server any more, and lets go of the connection. */
export function refuseTunnel(client: Duplex, denial: Denial): void {
  const headers = { ...denialHeaders(denial), connection: 'close' }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  client.end(`HTTP/1.1 ${denial.status} ${STATUS_CODES[denial.status]}\r\n${lines.join('')}\r\n${denial.reason}`)
  // A client that never hangs up is not waited for.
  const giveUp = setTimeout(() => client.destroy(), lingerMs).unref()
  client.once('close', () => clearTimeout(giveUp))
  client.once('end', () => client.destroy())
  client.resume()
}
