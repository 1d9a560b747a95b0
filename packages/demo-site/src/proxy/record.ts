import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { AccessLog, AccessLogEntry, Verdict } from './access-log.ts'
import type { Direction } from './tunnel.ts'

/** What the access log is told about one request: its decision, and its end. */
export class DecisionRecord {
  readonly #start: Pick<AccessLogEntry, 'id' | 'time' | 'client' | 'method' | 'authority' | 'lease'>
  readonly #log: AccessLog
  readonly #now: () => number
  #bytesUp = 0
  #bytesDown = 0

  constructor(request: IncomingMessage, authority: string, log: AccessLog, now: () => number) {
    const { remoteAddress, remotePort } = request.socket
    const lease = request.headers['x-refbot-lease']
    this.#log = log
    this.#now = now
    this.#start = {
      id: randomUUID(),
      time: now(),
      client: `${remoteAddress ?? ''}:${remotePort ?? 0}`,
      method: request.method ?? '',
      authority,
      lease: typeof lease === 'string' ? lease : null,
    }
  }

  readonly count = (direction: Direction, bytes: number): void => {
    if (direction === 'up') this.#bytesUp += bytes
    else this.#bytesDown += bytes
  }

  /** Decided, and bytes may flow. */
  decide(verdict: Verdict, status: number): void {
    this.#write(verdict, status, false)
  }

  /** Over; also for what is decided and over at once. */
  finish(verdict: Verdict, status: number): void {
    this.#write(verdict, status, true)
  }

  #write(verdict: Verdict, status: number, closed: boolean): void {
    const { id, time, client, method, authority, lease } = this.#start
    const ms = this.#now() - time
    const [bytesUp, bytesDown] = [this.#bytesUp, this.#bytesDown]
    this.#log.write({ time, id, client, method, authority, verdict, status, bytesUp, bytesDown, ms, lease, closed })
  }
}
