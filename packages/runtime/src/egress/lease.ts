import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Socket } from 'node:net'
import { RefbotError } from '../errors.ts'
import type { Authorisation } from './authorisation.ts'
import { isLoopbackHost } from './loopback.ts'
import { againstProxies } from './policy.ts'
import { isLoopbackProxy, type UpstreamProxy } from './proxy.ts'
import type { GateFault, GateRecord, LeaseOutcome, LimitReport, RefusalReport } from './record.ts'

export interface LeaseOptions {
  readonly runId: string
  readonly target: Authorisation
  /** Chained behind the gate; absent goes out directly. */
  readonly proxy?: UpstreamProxy
  /** Product token appended to the user agent: `RefBot/0.1.0`. */
  readonly userAgentToken: string
  /** Every request, when it has ended. */
  readonly onRecord?: (record: GateRecord) => void
  /** The site turned the run away: its origin is paused for all runs. */
  readonly onSiteRefusal?: (report: RefusalReport) => void
  /** A page tried to leave for where nobody agreed: the run is over. */
  readonly onRefusedNavigation?: (record: GateRecord) => void
}

/** One way out of one run, from open to close. */
export interface GateLease extends AsyncDisposable {
  readonly id: string
  /** Proxy server for the run's browser context. Holds a secret: whoever knows it goes out as this run. */
  readonly server: string
  /** The latest requests, oldest first, at most `RECORDS_KEPT`. */
  readonly records: readonly GateRecord[]
  outcome(): LeaseOutcome
  /** Ends all its connections; the name is unknown from then on. */
  close(): Promise<void>
}

/** Records and faults kept in memory per lease; the run's request log has them all. */
export const RECORDS_KEPT = 1000

/** The gate's side of a lease: what its connections write to. */
export class Lease implements GateLease {
  readonly id: string
  readonly server: string
  readonly options: LeaseOptions
  readonly records: GateRecord[] = []
  readonly sessions = new Map<string, Buffer>()
  readonly #secret: string
  readonly #onClose: (lease: Lease) => void
  readonly #sockets = new Set<Socket>()
  readonly #faults: GateFault[] = []
  readonly #refusals: RefusalReport[] = []
  readonly #localPorts: number[] = []
  #limited: LimitReport | undefined
  #forwarded = 0
  #refused = 0
  #firstByteMs: number | undefined
  #closed = false

  constructor(options: LeaseOptions, onClose: (lease: Lease) => void) {
    const { target, proxy } = options
    if (proxy !== undefined) checkProxy(target, proxy)
    this.options = options
    this.#onClose = onClose
    this.id = randomBytes(6).toString('hex')
    this.#secret = randomBytes(16).toString('hex')
    this.server = `https://${this.id}-${this.#secret}.gate.invalid:443`
  }

  get closed(): boolean {
    return this.#closed
  }

  knows(secret: string): boolean {
    return secret.length === this.#secret.length && timingSafeEqual(Buffer.from(secret), Buffer.from(this.#secret))
  }

  attach(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
  }

  forwarding(): void {
    this.#forwarded++
  }

  connected(localPort: number): void {
    push(this.#localPorts, localPort)
  }

  firstByte(ms: number): void {
    this.#firstByteMs ??= ms
  }

  fault(fault: GateFault): void {
    push(this.#faults, fault)
  }

  siteRefused(report: RefusalReport): void {
    push(this.#refusals, report)
    this.options.onSiteRefusal?.(report)
  }

  limited(report: LimitReport): void {
    this.#limited ??= report
  }

  record(record: GateRecord): void {
    push(this.records, record)
    if (record.verdict === 'refused') this.#refused++
    this.options.onRecord?.(record)
    const leaving = record.rule === 'origin_not_granted' || record.rule === 'path_not_allowed'
    if (leaving && record.navigation) this.options.onRefusedNavigation?.(record)
  }

  outcome(): LeaseOutcome {
    return {
      faults: [...this.#faults],
      refusals: [...this.#refusals],
      ...(this.#firstByteMs === undefined ? {} : { firstByteMs: this.#firstByteMs }),
      forwarded: this.#forwarded,
      refused: this.#refused,
      ...(this.#limited === undefined ? {} : { limited: this.#limited }),
      localPorts: [...this.#localPorts],
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#onClose(this)
    const open = [...this.#sockets]
    await Promise.all(
      open.map((socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()).destroy())),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

function checkProxy(target: Authorisation, proxy: UpstreamProxy): void {
  const against = againstProxies(target)
  if (against !== undefined) {
    throw new RefbotError('PROXY_NOT_ALLOWED', `The document of ${against.origin} does not allow proxies`, {
      hint: 'Run without a proxy, or ask the owner of the site to set "proxies": true.',
    })
  }
  if (target.document.allow.proxies === 'any' && !isLoopbackHost(new URL(target.origin).hostname)) return
  if (isLoopbackProxy(proxy)) return
  throw new RefbotError(
    'PROXY_NOT_LOOPBACK',
    `Proxy ${proxy.id} is not on this machine, and neither ${target.origin} nor a form filled in there may leave it`,
    { hint: 'Use a proxy on 127.0.0.1 for a target on 127.0.0.1, or run without one.' },
  )
}

function push<T>(list: T[], item: T): void {
  list.push(item)
  if (list.length > RECORDS_KEPT) list.shift()
}
