import {
  type Authorisation,
  type EgressFault,
  type EgressReport,
  type JsonValue,
  type MetricLabels,
  type PluginContext,
  PluginError,
  type PluginPage,
  type ProxyLease,
  StoppedError,
} from '@refbot/plugin-sdk'
import type { Browser, Route } from 'playwright-core'
import { configSchema, type RegistrationConfig, type RegistrationConfigInput } from '../config.ts'

/** What stands between a page and the site in a test: it may break a request and says so, as the gate does. */
interface ScriptedProxy {
  readonly id: string
  /** It may not be used for the target. */
  readonly unfit?: boolean
  /** The fault of this request, or undefined to let it pass. */
  readonly breaks?: (request: { readonly method: string; readonly url: string }) => BrokenRequest | undefined
}

interface BrokenRequest {
  readonly code: string
  readonly phase: EgressFault['phase']
  /** Default true. */
  readonly proxyFault?: boolean
}

export interface MemoryContextOptions {
  readonly browser: Browser
  readonly config: RegistrationConfigInput
  readonly runId?: string
  readonly attempt?: number
  readonly authorisation?: Partial<Authorisation>
  readonly proxies?: readonly ScriptedProxy[]
  readonly refusal?: EgressReport['refusal']
  readonly limit?: EgressReport['limit']
  /** Of an earlier attempt. */
  readonly storage?: Map<string, JsonValue>
}

/** A host of one run that keeps everything in memory; its pages are real. */
export interface MemoryContext {
  readonly context: PluginContext<RegistrationConfig>
  readonly storage: Map<string, JsonValue>
  readonly metrics: { readonly name: string; readonly value: number; readonly labels: MetricLabels }[]
  readonly artifacts: Map<string, { readonly content: Uint8Array | string; readonly contentType: string }>
  readonly steps: string[]
  readonly progress: string[]
  readonly warnings: string[]
  /** Ids of the proxies leased, in order. */
  readonly leased: string[]
  /** Milliseconds of each pause; none is waited for. */
  readonly slept: number[]
  /** Pages open now. */
  readonly open: Set<PluginPage>
  stop(): void
}

export async function memoryContext(options: MemoryContextOptions): Promise<MemoryContext> {
  const { browser, proxies = [] } = options
  const config = await parseConfig(options.config)
  const runId = options.runId ?? '0190f0a0-0000-7000-8000-000000000001'
  const controller = new AbortController()
  const storage = options.storage ?? new Map<string, JsonValue>()
  const seen = {
    metrics: [] as MemoryContext['metrics'],
    artifacts: new Map<string, { content: Uint8Array | string; contentType: string }>(),
    steps: [] as string[],
    progress: [] as string[],
    warnings: [] as string[],
    leased: [] as string[],
    slept: [] as number[],
    open: new Set<PluginPage>(),
  }
  const checkpoint = async () => {
    if (controller.signal.aborted) throw new StoppedError()
  }

  const context: PluginContext<RegistrationConfig> = {
    run: { id: runId, plugin: 'registration', cause: 'manual', attempt: options.attempt ?? 1 },
    config,
    signal: controller.signal,
    checkpoint,
    sleep: async (ms) => {
      seen.slept.push(ms)
      await checkpoint()
    },
    log: {
      debug: () => undefined,
      info: () => undefined,
      warn: (message) => seen.warnings.push(message),
      error: () => undefined,
    },
    metrics: {
      record: (name, value, labels = {}) => seen.metrics.push({ name, value, labels }),
      time: async (_name, work) => work(),
    },
    progress: (done, total, message) => seen.progress.push(`${done}/${total} ${message ?? ''}`),
    step: async (name, work) => {
      seen.steps.push(name)
      return work()
    },
    storage: {
      get: async (key) => storage.get(key),
      set: async (key, value) => void storage.set(key, structuredClone(value)),
      delete: async (key) => void storage.delete(key),
      compareAndSet: async (key, expected, value) => {
        if (JSON.stringify(storage.get(key)) !== JSON.stringify(expected)) return false
        storage.set(key, structuredClone(value))
        return true
      },
      list: async (prefix) =>
        [...storage]
          .filter(([key]) => key.startsWith(prefix))
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, value]) => ({ key, value })),
    },
    proxies: {
      available: async () => proxies.length > 0,
      lease: async ({ exclude = [] } = {}) => {
        const fit = proxies.filter(({ id }) => !exclude.includes(id))
        const next = fit[seen.leased.length % Math.max(1, fit.length)]
        if (next === undefined) throw new PluginError('PROXY_NONE_AVAILABLE', 'No proxy is left.')
        seen.leased.push(next.id)
        return lease(next.id, seen.leased.length)
      },
    },
    browser: {
      page: async ({ proxy }) => {
        const scripted = proxies.find(({ id }) => id === proxy?.proxy)
        if (scripted?.unfit === true) throw new PluginError('PROXY_NOT_LOOPBACK', 'The proxy is not on loopback.')
        const page = await openPage(browser, runId, scripted, options, () => seen.open.delete(page))
        seen.open.add(page)
        return page
      },
    },
    http: {
      request: async () => {
        throw new PluginError('PLUGIN_PERMISSION_MISSING', 'This plugin sends no requests of its own.')
      },
    },
    artifacts: {
      write: async (name, content, contentType) => {
        seen.artifacts.set(name, { content, contentType })
        return { name, contentType, bytes: content.length }
      },
    },
    secrets: {
      get: async (name) => {
        throw new PluginError('SECRET_NOT_GRANTED', `The secret ${name} is not granted.`)
      },
    },
    events: { emit: async () => undefined },
    authorisation: async (url) => ({
      origin: new URL(url).origin,
      source: 'loopback',
      paths: ['/*'],
      submitOrigins: [new URL(url).origin],
      emailDomains: [],
      proxies: 'loopback',
      ...options.authorisation,
    }),
  }
  return { context, storage, ...seen, stop: () => controller.abort() }
}

async function parseConfig(input: RegistrationConfigInput): Promise<RegistrationConfig> {
  const result = await configSchema['~standard'].validate(input)
  if (result.issues !== undefined) throw new Error(result.issues.map(({ message }) => message).join(' '))
  return result.value
}

function lease(proxy: string, count: number): ProxyLease {
  return { id: `lease-${count}`, proxy, fail: async () => undefined, [Symbol.asyncDispose]: async () => undefined }
}

async function openPage(
  browser: Browser,
  runId: string,
  proxy: ScriptedProxy | undefined,
  { refusal, limit }: Pick<MemoryContextOptions, 'refusal' | 'limit'>,
  onClose: () => void,
): Promise<PluginPage> {
  const inner = await browser.newContext({ extraHTTPHeaders: { 'X-RefBot-Run': runId } })
  const faults: EgressFault[] = []
  if (proxy?.breaks !== undefined) {
    const { breaks } = proxy
    await inner.route('**', async (route: Route) => {
      const request = { method: route.request().method(), url: route.request().url() }
      const broken = breaks(request)
      if (broken === undefined) return route.continue()
      faults.push({ proxyFault: true, at: 0, ...request, ...broken })
      // What breaks during the exchange has reached the site.
      if (broken.phase === 'exchange') await route.fetch().catch(() => undefined)
      return route.abort('connectionreset')
    })
  }
  const page = await inner.newPage()
  return Object.assign(page, {
    egress: async (): Promise<EgressReport> => ({
      ...{ faults, refusal, forwarded: 0, refused: 0, localPorts: [40_000] },
      ...(limit === undefined ? {} : { limit }),
    }),
    [Symbol.asyncDispose]: async () => {
      onClose()
      await inner.close()
    },
  })
}
