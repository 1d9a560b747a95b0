import type { Authorisation as AuthorisationView, EgressReport } from '@refbot/plugin-sdk'
import {
  classifyConnectStatus,
  classifySocksReply,
  FAILURE_REASONS,
  type FailureReason,
  isProxyFault,
  type ProxyFault,
  type ProxyLease,
  type ProxyScorer,
} from '@refbot/proxy-scoring'
import type { BrowserProcess } from '../browser/index.ts'
import {
  type Authorisation,
  type FaultCode,
  type Gate,
  type GateClient,
  type GateFault,
  type GateLease,
  type GateRecord,
  type LeaseOutcome,
  least,
  type Origins,
  type Permits,
  parseTarget,
} from '../egress/index.ts'
import { RefbotError } from '../errors.ts'
import { authorisationView, egressReport, type OperatorLimits, upstream } from './egress-view.ts'
import { authorisationLost, leftAuthorisedOrigin, originPaused, type RunFailure } from './failure.ts'
import { HttpClients } from './http-clients.ts'
import type { OpenedLease, OpenedPage } from './protocol.ts'

/** What the runs of one installation share of the way out. */
export interface Egress {
  readonly gate: Gate
  readonly permits: Permits
  readonly origins: Origins
  readonly limits: () => OperatorLimits
}

export interface WayOutOptions {
  readonly runId: string
  readonly userAgentToken: string
  readonly egress: Egress
  readonly proxies: ProxyScorer
  /** Starts the run's browser; called at its first page. */
  readonly launch: (leaseServers: () => Iterable<string>, signal: AbortSignal) => Promise<BrowserProcess>
  /** Every decision of the gate on a request of this attempt. */
  readonly onRequest: (record: GateRecord) => void
  /** The run may not go on. */
  readonly onOver: (failure: RunFailure) => void
}

interface OpenLease {
  readonly lease: ProxyLease
  /** Ways out that went through it, those that are closed already included. */
  readonly used: { outcome(): LeaseOutcome }[]
  failed?: FailureReason
}

interface Page {
  readonly gateLease: GateLease
  readonly slot: Disposable
}

/** How one attempt gets out: its rights, its proxies, its pages and its browser, all of which end with it. */
export class WayOut implements AsyncDisposable {
  readonly #options: WayOutOptions
  readonly #rights = new Map<string, Promise<Authorisation>>()
  readonly #watches = new DisposableStack()
  readonly #leases = new Map<string, OpenLease>()
  readonly #pages = new Map<string, Page>()
  readonly #clients = new HttpClients()
  /** Origins that it has reached for. */
  readonly #visited = new Set<string>()
  readonly #over = new AbortController()
  #browser: Promise<BrowserProcess> | undefined

  constructor(options: WayOutOptions) {
    this.#options = options
  }

  async authorisation(url: string): Promise<AuthorisationView> {
    return authorisationView(await this.#authorise(url), this.#options.egress.limits())
  }

  async leaseProxy(exclude: readonly string[]): Promise<OpenedLease> {
    const lease = await this.#options.proxies.acquire({ exclude })
    if (this.#over.signal.aborted) {
      lease[Symbol.dispose]()
      throw overError()
    }
    this.#leases.set(lease.id, { lease, used: [] })
    const { id, region } = lease.proxy
    return { id: lease.id, proxy: id, ...(region === undefined ? {} : { region }) }
  }

  failLease(id: string, reason: string): void {
    this.#lease(id).failed = isFailureReason(reason) ? reason : 'bad_answer'
  }

  /** What the gate saw of its pages is what the proxy is judged by. */
  releaseLease(id: string): void {
    const open = this.#leases.get(id)
    if (open === undefined) return
    this.#leases.delete(id)
    void this.#clients.closeOf(id)
    const { lease, used } = open
    const outcomes = used.map((each) => each.outcome())
    const fault = outcomes.flatMap(({ faults }) => faults.map(proxyReason)).find((reason) => reason !== undefined)
    const latency = outcomes.find(({ firstByteMs }) => firstByteMs !== undefined)?.firstByteMs
    if (open.failed !== undefined) lease.fail(open.failed)
    else if (fault !== undefined) lease.fail(fault)
    else if (latency !== undefined) lease.succeed(latency)
    lease[Symbol.dispose]()
  }

  async takeClient(url: string, leaseId: string | undefined): Promise<GateClient> {
    const authorisation = await this.#authorise(url)
    const { origin } = authorisation
    const proxy = this.#admit(origin, leaseId)
    const open = (): GateClient => this.#options.egress.gate.client(this.#open(authorisation, proxy))
    return this.#clients.take({ origin, leaseId }, open)
  }

  giveBack(client: GateClient): Promise<void> {
    return this.#clients.giveBack(client)
  }

  closeClient(client: GateClient): Promise<void> {
    return this.#clients.close(client)
  }

  /** Whether the attempt may reach the origin now, through the proxy that the lease names. */
  #admit(origin: string, leaseId: string | undefined): OpenLease | undefined {
    this.#options.egress.origins.assertOpen(origin)
    if (this.#over.signal.aborted) throw overError()
    return leaseId === undefined ? undefined : this.#lease(leaseId)
  }

  /** A way through the gate to one target, for as long as the caller keeps it. */
  #open(authorisation: Authorisation, proxy: OpenLease | undefined): GateLease {
    const { runId, egress, userAgentToken } = this.#options
    const gateLease = egress.gate.openLease({
      runId,
      target: authorisation,
      userAgentToken,
      onRecord: (record) => this.#recorded(record),
      onSiteRefusal: (report) => void egress.origins.turnedAway(runId, report).catch(() => undefined),
      onRefusedNavigation: ({ origin }) => this.#options.onOver(leftAuthorisedOrigin(origin)),
      ...(proxy === undefined ? {} : { proxy: upstream(proxy.lease.proxy) }),
    })
    this.#visited.add(authorisation.origin)
    proxy?.used.push(gateLease)
    return gateLease
  }

  async openPage(target: string, leaseId: string | undefined): Promise<OpenedPage> {
    const { runId, egress, userAgentToken } = this.#options
    const authorisation = await this.#authorise(target)
    const { origin, source, document } = authorisation
    const limit = source === 'loopback' ? null : least(document.allow.concurrency, egress.limits().concurrency)
    const { signal } = this.#over
    const slot = await egress.origins.pages.take({ origin, runId, limit, signal })
    let gateLease: GateLease | undefined
    try {
      gateLease = this.#open(authorisation, this.#admit(origin, leaseId))
      this.#pages.set(gateLease.id, { gateLease, slot })
      this.#browser ??= this.#options.launch(
        () => [...this.#pages.values()].map((page) => page.gateLease.server),
        signal,
      )
      const browser = await this.#browser
      return {
        id: gateLease.id,
        endpoint: browser.wsEndpoint,
        proxyServer: gateLease.server,
        userAgent: `${browser.userAgent} ${userAgentToken}`,
      }
    } catch (error) {
      if (gateLease !== undefined) await this.closePage(gateLease.id)
      slot[Symbol.dispose]()
      throw error
    }
  }

  /** What the gate saw of a page. */
  egressOf(id: string): EgressReport {
    const page = this.#pages.get(id)
    if (page === undefined)
      throw new RefbotError('PAGE_UNKNOWN', 'This page is not open.', { hint: 'Ask before it is closed.' })
    return egressReport(page.gateLease)
  }

  async closePage(id: string): Promise<void> {
    const page = this.#pages.get(id)
    if (page === undefined) return
    this.#pages.delete(id)
    await page.gateLease.close()
    page.slot[Symbol.dispose]()
  }

  /** The plugin saw a site turn it away in a way that the gate cannot see, such as a CAPTCHA. */
  async reportRefusal(): Promise<void> {
    const { runId, egress } = this.#options
    if ([...this.#visited].some((origin) => egress.origins.pauseOf(origin) !== undefined)) return
    for (const origin of this.#visited) await egress.origins.turnedAway(runId, { origin, kind: 'reported' })
  }

  /** Each origin is asked once, and watched from then on. */
  async #authorise(target: string): Promise<Authorisation> {
    const { permits } = this.#options.egress
    const { origin } = parseTarget(target)
    const known = this.#rights.get(origin)
    if (known !== undefined) return known
    const asked = permits.authorise(target).then((authorisation) => {
      if (this.#over.signal.aborted) throw overError()
      this.#watches.use(permits.watch(authorisation, (problems) => this.#lost(authorisation.origin, problems)))
      return authorisation
    })
    this.#rights.set(origin, asked)
    // A refusal is not remembered: the owner may have published the document meanwhile.
    asked.catch(() => this.#rights.delete(origin))
    return asked
  }

  #lost(origin: string, problems: readonly string[]): void {
    // Nothing more of the run leaves, whatever its process still does.
    for (const { gateLease } of this.#pages.values()) void gateLease.close()
    void this.#clients[Symbol.asyncDispose]()
    this.#over.abort(overError())
    this.#options.onOver(authorisationLost(origin, problems))
  }

  #recorded(record: GateRecord): void {
    const { runId, egress, onRequest, onOver } = this.#options
    onRequest(record)
    if (record.rule !== 'origin_paused' || !(record.navigation || record.method !== 'GET')) return
    const pause = egress.origins.pauseOf(record.origin)
    // The run that was turned away may still say what it saw.
    if (pause !== undefined && pause.runId !== runId) onOver(originPaused(pause))
  }

  #lease(id: string): OpenLease {
    const open = this.#leases.get(id)
    if (open === undefined)
      throw new RefbotError('LEASE_UNKNOWN', 'This lease is not open.', { hint: 'Lease a proxy again.' })
    return open
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort(overError())
    this.#watches.dispose()
    const browser = await this.#browser?.catch(() => undefined)
    await browser?.close()
    for (const id of [...this.#leases.keys()]) this.releaseLease(id)
    await this.#clients[Symbol.asyncDispose]()
    await Promise.all([...this.#pages.keys()].map((id) => this.closePage(id)))
  }
}

const FAILURES: Partial<Record<FaultCode, ProxyFault>> = {
  PROXY_REFUSED: 'refused_connection',
  PROXY_RESET: 'reset',
  PROXY_TIMEOUT: 'timeout',
  PROXY_UNREACHABLE: 'unreachable',
  PROXY_AUTH_REJECTED: 'auth',
  PROXY_TLS_FAILED: 'tls',
}

/** What counts against the proxy. That it cannot reach the site (502, a SOCKS reply of 4) does not: else a site that is down would shut all of them out. */
function proxyReason({ code, proxyFault, status }: GateFault): ProxyFault | undefined {
  if (!proxyFault) return undefined
  if (code !== 'PROXY_TUNNEL_REFUSED' || status === undefined) return FAILURES[code] ?? 'bad_answer'
  // A status of HTTP has three digits, a SOCKS reply is one byte that is defined up to 8.
  const reason = status < 100 ? classifySocksReply(status) : classifyConnectStatus(status)
  return isProxyFault(reason) ? reason : undefined
}

function overError(): RefbotError {
  return new RefbotError('RUN_OVER', 'The attempt is over.')
}

function isFailureReason(reason: string): reason is FailureReason {
  return (FAILURE_REASONS as readonly string[]).includes(reason)
}
