import { stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import type { Authorisation as AuthorisationView, EgressReport, JsonValue, LogLevel } from '@refbot/plugin-sdk'
import type { FailureReason, ProxyLease, ProxyScorer } from '@refbot/proxy-scoring'
import { FAILURE_REASONS } from '@refbot/proxy-scoring'
import type { BrowserProcess } from '../browser/index.ts'
import {
  type Authorisation,
  authorise,
  type FaultCode,
  type Gate,
  type GateLease,
  type GateRecord,
} from '../egress/index.ts'
import { RefbotError } from '../errors.ts'
import type { Store } from '../store/index.ts'
import type { HostApi } from './protocol.ts'

export interface RunProgress {
  readonly done: number
  readonly total: number
  readonly message?: string
}

export interface LogLine {
  readonly at: number
  readonly level: LogLevel
  readonly message: string
  readonly fields?: Readonly<Record<string, JsonValue>>
}

export interface MetricSample {
  readonly name: string
  readonly value: number
  readonly labels: Readonly<Record<string, string>>
  readonly at: number
}

export interface SessionOptions {
  readonly runId: string
  readonly attempt: number
  readonly plugin: string
  readonly permissions: ReadonlySet<string>
  readonly artifactsDir: string
  readonly userAgentToken: string
  readonly gate: Gate
  readonly proxies: ProxyScorer
  readonly store: Pick<Store, 'runs' | 'artifacts' | 'pluginValues'>
  /** Starts the run's browser; called at its first page. */
  readonly launch: (leaseServers: () => Iterable<string>) => Promise<BrowserProcess>
  readonly onLog: (line: LogLine) => void
  readonly onMetrics: (samples: readonly MetricSample[]) => void
  readonly onProgress: (progress: RunProgress) => void
  /** A page tried to leave for an origin that nobody granted: the run is over. */
  readonly onLeftOrigin: (record: GateRecord) => void
}

interface OpenLease {
  readonly lease: ProxyLease
  /** Pages that left through it, those that are closed already included. */
  readonly pages: GateLease[]
  failed?: FailureReason
}

/** The host's side of `ctx` for one attempt: it holds the attempt's pages, leases and browser, and ends them with it. */
export class RunSession implements AsyncDisposable {
  readonly api: HostApi
  readonly #options: SessionOptions
  readonly #leases = new Map<string, OpenLease>()
  readonly #pages = new Map<string, GateLease>()
  #browser: Promise<BrowserProcess> | undefined
  /** Set when the attempt ends: what was still being asked for then is not opened any more. */
  #over = false
  #steps = 0

  constructor(options: SessionOptions) {
    this.#options = options
    const { runId, attempt, plugin, store } = options
    this.api = {
      log: async (lines) => {
        for (const { fields, ...line } of lines)
          options.onLog(fields === undefined ? line : { ...line, fields: fields as Record<string, JsonValue> })
      },
      metrics: async (samples) => options.onMetrics(samples),
      progress: async (done, total, message) =>
        options.onProgress({ done, total, ...(message === undefined ? {} : { message }) }),
      step: async ({ error, ...step }) => {
        this.#steps += 1
        await store.runs.addSteps(runId, [
          { ...step, attempt, number: this.#steps, ...(error === undefined ? {} : { error }) },
        ])
      },
      checkpoint: async () => undefined,
      storageGet: (key) => store.pluginValues.get(plugin, key),
      storageSet: (key, value) => store.pluginValues.set(plugin, key, value as JsonValue),
      storageDelete: (key) => store.pluginValues.delete(plugin, key),
      storageList: (prefix) => store.pluginValues.list(plugin, prefix),
      proxiesAvailable: async () => options.proxies.size > 0,
      leaseProxy: (request) => this.#leaseProxy(request.exclude ?? []),
      failLease: async (id, reason) => this.#failLease(id, reason),
      releaseLease: async (id) => this.#releaseLease(id),
      openPage: ({ target, leaseId }) => this.#openPage(target, leaseId),
      pageEgress: async (id) => report(this.#page(id)),
      closePage: (id) => this.#closePage(id),
      authorisation: async (url) => view(await authorise(url)),
      artifact: (artifact) => this.#keepArtifact(artifact),
    }
  }

  async #leaseProxy(exclude: readonly string[]) {
    this.#need('proxies')
    const lease = await this.#options.proxies.acquire({ exclude })
    if (this.#over) {
      lease[Symbol.dispose]()
      throw overError()
    }
    this.#leases.set(lease.id, { lease, pages: [] })
    return { id: lease.id, proxy: lease.proxy.id }
  }

  #failLease(id: string, reason: string): void {
    this.#lease(id).failed = isFailureReason(reason) ? reason : 'bad_answer'
  }

  /** What the gate saw of its pages is what the proxy is judged by. */
  #releaseLease(id: string): void {
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

  async #openPage(target: string, leaseId: string | undefined) {
    this.#need('browser')
    const { runId, gate, userAgentToken, onLeftOrigin } = this.#options
    const authorisation = await authorise(target)
    if (this.#over) throw overError()
    const open = leaseId === undefined ? undefined : this.#lease(leaseId)
    const proxy = open?.lease.proxy
    if (proxy !== undefined && proxy.protocol !== 'http') {
      throw new RefbotError('PROXY_PROTOCOL_UNSUPPORTED', `The proxy ${proxy.id} speaks ${proxy.protocol}.`, {
        hint: 'Use an http proxy.',
      })
    }
    const gateLease = gate.openLease({
      runId,
      target: authorisation,
      userAgentToken,
      onRecord: (record) => this.#options.onLog(requestLine(record)),
      onRefusedNavigation: onLeftOrigin,
      ...(proxy === undefined ? {} : { proxy: upstream(proxy) }),
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

  async #closePage(id: string): Promise<void> {
    const page = this.#pages.get(id)
    this.#pages.delete(id)
    await page?.close()
  }

  async #keepArtifact({ name, contentType }: { name: string; contentType: string }) {
    const { artifactsDir, runId, store } = this.#options
    const file = resolve(join(artifactsDir, name))
    if (!file.startsWith(resolve(artifactsDir) + sep)) {
      throw new RefbotError('ARTIFACT_NAME_INVALID', `"${name}" is no plain file name.`)
    }
    const { size } = await stat(file)
    await store.artifacts.add({ runId, name, contentType, bytes: size })
    return { bytes: size }
  }

  #need(permission: 'browser' | 'proxies'): void {
    if (this.#options.permissions.has(permission)) return
    throw new RefbotError('PLUGIN_PERMISSION_MISSING', `The plugin did not ask for the permission "${permission}".`, {
      hint: 'Name it in the permissions of its manifest.',
    })
  }

  #lease(id: string): OpenLease {
    const open = this.#leases.get(id)
    if (open === undefined)
      throw new RefbotError('LEASE_UNKNOWN', 'This lease is not open.', { hint: 'Lease a proxy again.' })
    return open
  }

  #page(id: string): GateLease {
    const page = this.#pages.get(id)
    if (page === undefined)
      throw new RefbotError('PAGE_UNKNOWN', 'This page is not open.', { hint: 'Ask before it is closed.' })
    return page
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true
    const browser = await this.#browser?.catch(() => undefined)
    await browser?.close()
    for (const id of [...this.#leases.keys()]) this.#releaseLease(id)
    await Promise.all([...this.#pages.keys()].map((id) => this.#closePage(id)))
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

function upstream(proxy: ProxyLease['proxy']) {
  return {
    id: proxy.id,
    protocol: 'http' as const,
    host: proxy.host,
    port: proxy.port,
    ...(proxy.username === undefined ? {} : { username: proxy.username }),
    ...(proxy.password === undefined ? {} : { password: proxy.password }),
  }
}

function report(lease: GateLease): EgressReport {
  const { faults, refusals, forwarded, refused, localPorts } = lease.outcome()
  return {
    faults: faults.map(({ code, phase, proxyFault, method, origin, path, at }) => {
      return { code, phase, proxyFault, method, url: origin + path, at }
    }),
    refusal: refusals[0]?.kind,
    forwarded,
    refused,
    localPorts,
  }
}

/** A decision of the gate, for the run's log: what the gate itself refused stands out. */
function requestLine({ at, runId: _, leaseId, verdict, rule, origin, path, ...rest }: GateRecord): LogLine {
  const level = verdict === 'refused' ? 'warn' : 'debug'
  return {
    at,
    level,
    message: `request ${verdict}`,
    fields: { source: 'gate', rule, url: origin + path, page: leaseId, ...rest },
  }
}

function view({ origin, source, document }: Authorisation): AuthorisationView {
  const { allow, expires } = document
  return {
    origin,
    source,
    paths: allow.paths,
    submitOrigins: allow.submitOrigins,
    emailDomains: allow.emailDomains,
    proxies: allow.proxies === 'any' ? true : allow.proxies === 'none' ? false : 'loopback',
    ...(allow.maxPerMinute === null ? {} : { maxPerMinute: allow.maxPerMinute }),
    ...(allow.maxPerDay === null ? {} : { maxPerDay: allow.maxPerDay }),
    ...(allow.concurrency === null ? {} : { concurrency: allow.concurrency }),
    ...(expires === undefined ? {} : { expires }),
  }
}
