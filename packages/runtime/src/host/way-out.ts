import type { Authorisation as AuthorisationView, EgressReport } from '@refbot/plugin-sdk'
import { FAILURE_REASONS, type FailureReason, type ProxyLease, type ProxyScorer } from '@refbot/proxy-scoring'
import type { BrowserProcess } from '../browser/index.ts'
import { authorise, type FaultCode, type Gate, type GateLease, type GateRecord } from '../egress/index.ts'
import { RefbotError } from '../errors.ts'
import { authorisationView, egressReport, upstream } from './egress-view.ts'
import type { OpenedLease, OpenedPage } from './protocol.ts'

export interface WayOutOptions {
  readonly runId: string
  readonly userAgentToken: string
  readonly gate: Gate
  readonly proxies: ProxyScorer
  /** Starts the run's browser; called at its first page. */
  readonly launch: (leaseServers: () => Iterable<string>) => Promise<BrowserProcess>
  /** Every decision of the gate on a request of this attempt. */
  readonly onRequest: (record: GateRecord) => void
  /** A page tried to leave for an origin that nobody granted: the run is over. */
  readonly onLeftOrigin: (record: GateRecord) => void
}

interface OpenLease {
  readonly lease: ProxyLease
  /** Pages that left through it, those that are closed already included. */
  readonly pages: GateLease[]
  failed?: FailureReason
}

/** How one attempt gets out: its proxies, its pages and its browser, all of which end with it. */
export class WayOut implements AsyncDisposable {
  readonly #options: WayOutOptions
  readonly #leases = new Map<string, OpenLease>()
  readonly #pages = new Map<string, GateLease>()
  #browser: Promise<BrowserProcess> | undefined
  /** Set when the attempt ends: what was still being asked for then is not opened any more. */
  #over = false

  constructor(options: WayOutOptions) {
    this.#options = options
  }

  async authorisation(url: string): Promise<AuthorisationView> {
    return authorisationView(await authorise(url))
  }

  async leaseProxy(exclude: readonly string[]): Promise<OpenedLease> {
    const lease = await this.#options.proxies.acquire({ exclude })
    if (this.#over) {
      lease[Symbol.dispose]()
      throw overError()
    }
    this.#leases.set(lease.id, { lease, pages: [] })
    return { id: lease.id, proxy: lease.proxy.id }
  }

  failLease(id: string, reason: string): void {
    this.#lease(id).failed = isFailureReason(reason) ? reason : 'bad_answer'
  }

  /** What the gate saw of its pages is what the proxy is judged by. */
  releaseLease(id: string): void {
    const open = this.#leases.get(id)
    if (open === undefined) return
    this.#leases.delete(id)
    const { lease, pages } = open
    const outcomes = pages.map((page) => page.outcome())
    const fault = outcomes.flatMap(({ faults }) => faults).find(({ proxyFault }) => proxyFault)
    const latency = outcomes.find(({ firstByteMs }) => firstByteMs !== undefined)?.firstByteMs
    if (open.failed !== undefined) lease.fail(open.failed)
    else if (fault !== undefined) lease.fail(FAILURES[fault.code] ?? 'bad_answer')
    else if (latency !== undefined) lease.succeed(latency)
    lease[Symbol.dispose]()
  }

  async openPage(target: string, leaseId: string | undefined): Promise<OpenedPage> {
    const { runId, gate, userAgentToken, onRequest, onLeftOrigin } = this.#options
    const authorisation = await authorise(target)
    if (this.#over) throw overError()
    const open = leaseId === undefined ? undefined : this.#lease(leaseId)
    const gateLease = gate.openLease({
      runId,
      target: authorisation,
      userAgentToken,
      onRecord: onRequest,
      onRefusedNavigation: onLeftOrigin,
      ...(open === undefined ? {} : { proxy: upstream(open.lease.proxy) }),
    })
    this.#pages.set(gateLease.id, gateLease)
    open?.pages.push(gateLease)
    this.#browser ??= this.#options.launch(() => [...this.#pages.values()].map(({ server }) => server))
    const browser = await this.#browser
    return {
      id: gateLease.id,
      endpoint: browser.wsEndpoint,
      proxyServer: gateLease.server,
      userAgent: `${browser.userAgent} ${userAgentToken}`,
    }
  }

  /** What the gate saw of a page. */
  egressOf(id: string): EgressReport {
    const page = this.#pages.get(id)
    if (page === undefined)
      throw new RefbotError('PAGE_UNKNOWN', 'This page is not open.', { hint: 'Ask before it is closed.' })
    return egressReport(page)
  }

  async closePage(id: string): Promise<void> {
    const page = this.#pages.get(id)
    this.#pages.delete(id)
    await page?.close()
  }

  #lease(id: string): OpenLease {
    const open = this.#leases.get(id)
    if (open === undefined)
      throw new RefbotError('LEASE_UNKNOWN', 'This lease is not open.', { hint: 'Lease a proxy again.' })
    return open
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true
    const browser = await this.#browser?.catch(() => undefined)
    await browser?.close()
    for (const id of [...this.#leases.keys()]) this.releaseLease(id)
    await Promise.all([...this.#pages.keys()].map((id) => this.closePage(id)))
  }
}

const FAILURES: Partial<Record<FaultCode, FailureReason>> = {
  PROXY_REFUSED: 'refused_connection',
  PROXY_RESET: 'reset',
  PROXY_TIMEOUT: 'timeout',
  PROXY_UNREACHABLE: 'unreachable',
  PROXY_AUTH_REJECTED: 'auth',
}

function overError(): RefbotError {
  return new RefbotError('RUN_OVER', 'The attempt is over.')
}

function isFailureReason(reason: string): reason is FailureReason {
  return (FAILURE_REASONS as readonly string[]).includes(reason)
}
