import type { Artifact, LeaseOptions, PageOptions, PluginPage, ProxyLease } from '../context.ts'
import type { Authorisation } from '../egress.ts'
import { PluginError } from '../errors.ts'
import { EventLimits } from '../host/event-limits.ts'
import type { FinishedStep, HostPort, LogLine, MetricSample } from '../host/index.ts'
import { Redactor } from '../host/redactor.ts'
import type { HttpOptions, HttpResponse } from '../http.ts'
import type { JsonValue } from '../json.ts'
import type { PluginPermission } from '../plugin.ts'

/** An answer to `ctx.http`. */
export interface TestAnswer {
  /** Default 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly json?: JsonValue
}

export interface MemoryPortOptions {
  /** Default: everything. */
  readonly permissions?: readonly PluginPermission[]
  /** Those that are granted, by name. */
  readonly secrets?: Readonly<Record<string, string>>
  /** Names of the secrets that the plugin asks for; default: of all that are granted. */
  readonly secretNames?: readonly string[]
  /** Values that must not be shown, by what is shown instead. */
  readonly hidden?: ReadonlyMap<string, string>
  /** Kept from run to run where the same map is handed over. */
  readonly storage?: Map<string, JsonValue>
  /** Ids of the operator's proxies. */
  readonly proxies?: readonly string[]
  /** Opens a page for a test: a real one of Playwright, or whatever the plugin uses of one. */
  readonly page?: (options: PageOptions) => Promise<PluginPage> | PluginPage
  /** Answers requests of `ctx.http`. */
  readonly http?: (url: string, options: HttpOptions) => Promise<TestAnswer> | TestAnswer
  /** Over the built-in document of loopback. */
  readonly authorisation?: Partial<Authorisation>
}

/** Everything that a plugin said and did, for a test to look at. */
export interface Recorded {
  readonly lines: LogLine[]
  readonly metrics: MetricSample[]
  readonly steps: FinishedStep[]
  readonly progress: { readonly done: number; readonly total: number; readonly message?: string }[]
  readonly events: { readonly name: string; readonly data: JsonValue }[]
  readonly artifacts: Map<string, Artifact & { readonly content: Uint8Array | string }>
  readonly storage: Map<string, JsonValue>
  /** Every lease: which proxy, what it was blamed for, and whether it was given back. */
  readonly leases: { readonly proxy: string; failed: string | undefined; released: boolean }[]
}

/** A host that keeps everything in memory. */
export function memoryPort(
  options: MemoryPortOptions,
  onHeld: (held: boolean) => void,
): HostPort & { readonly recorded: Recorded; readonly redactor: Redactor } {
  const redactor = new Redactor()
  for (const [name, value] of options.hidden ?? []) redactor.add(name, value)
  const limits = new EventLimits()
  const storage = options.storage ?? new Map<string, JsonValue>()
  const recorded: Recorded = {
    lines: [],
    metrics: [],
    steps: [],
    progress: [],
    events: [],
    artifacts: new Map(),
    storage,
    leases: [],
  }
  const need = (permission: PluginPermission) => {
    if (options.permissions?.includes(permission) !== false) return
    throw new PluginError('PLUGIN_PERMISSION_MISSING', `The plugin did not ask for the permission "${permission}".`, {
      retryable: false,
    })
  }
  return {
    recorded,
    redactor,
    log: ({ message, fields, ...line }) =>
      recorded.lines.push({
        ...line,
        message: redactor.text(message),
        ...(fields === undefined ? {} : { fields: redactor.json(fields) }),
      }),
    metric: (sample) => recorded.metrics.push(sample),
    progress: (done, total, message) =>
      recorded.progress.push({ done, total, ...(message === undefined ? {} : { message: redactor.text(message) }) }),
    step: ({ path, error, ...step }) =>
      recorded.steps.push({
        ...step,
        path: redactor.text(path),
        ...(error === undefined ? {} : { error: redactor.text(error) }),
      }),
    held: onHeld,
    async event(name, data) {
      limits.count(name, data)
      recorded.events.push({ name, data: redactor.json(plain(data)) })
    },
    async secret(name) {
      const isNamed = options.secretNames?.includes(name) !== false
      const value = isNamed && Object.hasOwn(options.secrets ?? {}, name) ? options.secrets?.[name] : undefined
      if (value === undefined) {
        throw new PluginError('SECRET_NOT_GRANTED', `The secret ${JSON.stringify(name)} is not granted.`, {
          hint: 'The plugin must name it in "secrets", and its operator must grant it.',
          retryable: false,
        })
      }
      redactor.add(name, value)
      return value
    },
    storage: {
      get: async (key) => structuredClone(storage.get(key)),
      set: async (key, value) => void storage.set(key, plain(value)),
      delete: async (key) => void storage.delete(key),
      compareAndSet: async (key, expected, value) => {
        if (canonical(storage.get(key)) !== canonical(expected)) return false
        storage.set(key, plain(value))
        return true
      },
      list: async (prefix) =>
        [...storage]
          .filter(([key]) => key.startsWith(prefix))
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, value]) => ({ key, value: structuredClone(value) })),
    },
    proxies: {
      available: async () => (options.proxies ?? []).length > 0,
      lease: async (asked) => {
        need('proxies')
        return lease(options.proxies ?? [], asked, recorded)
      },
    },
    browser: {
      async page(asked) {
        need('browser')
        if (options.page !== undefined) return options.page(asked)
        throw new Error('This test opens no pages: give `page` to createTestContext or runPlugin.')
      },
    },
    http: {
      async request(url, asked = {}) {
        need('http')
        if (options.http !== undefined) return response(await options.http(url, asked))
        throw new Error('This test answers no requests: give `http` to createTestContext or runPlugin.')
      },
    },
    async authorisation(url) {
      const { origin } = new URL(url)
      const loopback = {
        origin,
        source: 'loopback',
        paths: ['/*'],
        submitOrigins: [origin],
        emailDomains: [],
        proxies: 'loopback',
      } as const
      return { ...loopback, ...options.authorisation }
    },
    async writeArtifact(name, content, contentType) {
      const artifact = { name, contentType, bytes: Buffer.byteLength(content) }
      recorded.artifacts.set(name, { ...artifact, content })
      return artifact
    },
  }
}

function lease(proxies: readonly string[], { exclude = [] }: LeaseOptions = {}, { leases }: Recorded): ProxyLease {
  const fit = proxies.filter((proxy) => !exclude.includes(proxy))
  const proxy = fit[leases.length % Math.max(1, fit.length)]
  if (proxy === undefined) throw new PluginError('PROXY_NONE_AVAILABLE', 'No proxy is left.')
  const entry = { proxy, failed: undefined as string | undefined, released: false }
  leases.push(entry)
  return {
    id: `lease-${leases.length}`,
    proxy,
    async fail(reason) {
      entry.failed = reason
    },
    async [Symbol.asyncDispose]() {
      entry.released = true
    },
  }
}

function response({
  status = 200,
  headers = {},
  json,
  body = json === undefined ? '' : JSON.stringify(json),
}: TestAnswer): HttpResponse {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  const list = Object.entries(headers)
  return {
    status,
    statusText: '',
    headers: list,
    header: (name) => list.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1],
    bytes,
    text: () => new TextDecoder().decode(bytes),
    json: () => JSON.parse(new TextDecoder().decode(bytes)) as JsonValue,
  }
}

/** As it comes back from a store. */
function plain(value: JsonValue): JsonValue {
  return JSON.parse(JSON.stringify(value)) as JsonValue
}

function canonical(value: JsonValue | undefined): string {
  return (
    JSON.stringify(value, (_, item: unknown) =>
      typeof item === 'object' && item !== null && !Array.isArray(item)
        ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
        : item,
    ) ?? ''
  )
}
