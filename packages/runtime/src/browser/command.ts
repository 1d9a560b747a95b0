import { NO_BYPASS } from './arguments.ts'

/** A command of the Chrome DevTools Protocol, as a client sends it. */
export interface Command {
  readonly id: number
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
  readonly sessionId?: string
}

/** What a run may do with its browser. */
export interface CommandLimits {
  /** Proxy servers of the run's open leases, as the gate names them. */
  readonly leaseServers: () => Iterable<string>
  /** Whether a path lies within the run's folder, links followed. */
  readonly insideRunFolder: (path: string) => boolean
}

/** A command to pass on, possibly changed, or the reason why not. */
export type Verdict = { readonly pass: Readonly<Record<string, unknown>> } | { readonly refuse: string }

type Rule = (params: Command['params'], limits: CommandLimits) => string | undefined

/** A long post body in an event would end the connection; nothing of ours reads it. */
export const MAX_POST_DATA_BYTES = 64 * 1024

/**
 * Domains that act on a page and nothing else. What is not listed is refused, so that a domain of a later Chromium is
 * closed until somebody has looked at it: `Tethering` opens ports, `Cast` sends UDP, `Extensions` loads files.
 */
const PAGE_DOMAINS = new Set([
  'Accessibility',
  'Animation',
  'Audits',
  'Autofill',
  'BackgroundService',
  'CacheStorage',
  'Console',
  'CSS',
  'Database',
  'Debugger',
  'DOM',
  'DOMDebugger',
  'DOMSnapshot',
  'DOMStorage',
  'Emulation',
  'EventBreakpoints',
  'FedCm',
  'Fetch',
  'HeadlessExperimental',
  'HeapProfiler',
  'IndexedDB',
  'Input',
  'Inspector',
  'IO',
  'LayerTree',
  'Log',
  'Media',
  'Memory',
  'Network',
  'Overlay',
  'Page',
  'Performance',
  'PerformanceTimeline',
  'Preload',
  'Profiler',
  'Runtime',
  'Schema',
  'Security',
  'ServiceWorker',
  'Storage',
  'Tracing',
  'WebAudio',
  'WebAuthn',
])

/** Of the domains that act on the browser as a whole, the commands that are allowed. */
const BROWSER_COMMANDS = new Set([
  'Browser.cancelDownload',
  'Browser.close',
  'Browser.getVersion',
  'Browser.getWindowBounds',
  'Browser.getWindowForTarget',
  'Browser.grantPermissions',
  'Browser.resetPermissions',
  'Browser.setContentsSize',
  'Browser.setDownloadBehavior',
  'Browser.setPermission',
  'Browser.setWindowBounds',
  'Target.activateTarget',
  'Target.attachToBrowserTarget',
  'Target.attachToTarget',
  'Target.autoAttachRelated',
  'Target.closeTarget',
  'Target.createBrowserContext',
  'Target.createTarget',
  'Target.detachFromTarget',
  'Target.disposeBrowserContext',
  'Target.getBrowserContexts',
  'Target.getTargetInfo',
  'Target.getTargets',
  'Target.setAutoAttach',
  'Target.setDiscoverTargets',
])

/** What a command that is allowed by name must keep to. */
const RULES: Readonly<Record<string, Rule>> = {
  'Target.createBrowserContext': (params, { leaseServers }) => {
    if (!matchesLease(params.proxyServer, leaseServers())) {
      return "a context needs one of the run's leases as its proxy: newContext({ proxy: { server: lease.server, bypass: '<-loopback>' } })"
    }
    if (params.proxyBypassList !== NO_BYPASS) return `the proxy's bypass list must be ${NO_BYPASS}`
    if (params.originsWithUniversalNetworkAccess !== undefined) return 'no origin gets universal network access'
    return undefined
  },
  'Target.createTarget': ({ url }) => (url === '' ? undefined : navigable(url)),
  'Page.navigate': ({ url }) => navigable(url),
  'Fetch.continueRequest': ({ url }) => (url === undefined ? undefined : navigable(url)),
  'Network.loadNetworkResource': ({ url }) => navigable(url),
  'Browser.setDownloadBehavior': downloadsInside,
  'Page.setDownloadBehavior': downloadsInside,
  'DOM.setFileInputFiles': ({ files }, limits) => filesInside(files, limits),
  'Input.dispatchDragEvent': ({ data }, limits) =>
    isRecord(data) && data.files !== undefined ? filesInside(data.files, limits) : undefined,
  'Tracing.start': ({ perfettoConfig, tracingBackend }) =>
    perfettoConfig === undefined && (tracingBackend === undefined || tracingBackend === 'chrome')
      ? undefined
      : "only Chromium's own tracing backend with a plain traceConfig is allowed",
  'Network.continueInterceptedRequest': () => 'use Fetch.continueRequest',
}

/** Decides on one command of a run's driver. */
export function judge(command: Command, limits: CommandLimits): Verdict {
  const { method, params } = command
  const domain = method.slice(0, method.indexOf('.'))
  if (!PAGE_DOMAINS.has(domain) && !BROWSER_COMMANDS.has(method)) return { refuse: 'the command is not open to runs' }
  const reason = Object.hasOwn(RULES, method) ? RULES[method]?.(params, limits) : undefined
  if (reason !== undefined) return { refuse: reason }
  if (method !== 'Network.enable') return { pass: params }
  const asked = params.maxPostDataSize
  const maxPostDataSize = typeof asked === 'number' ? Math.min(asked, MAX_POST_DATA_BYTES) : MAX_POST_DATA_BYTES
  return { pass: { ...params, maxPostDataSize } }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Chromium's proxy rules have a grammar of lists and schemes, so servers are compared as whole strings. */
function matchesLease(server: unknown, servers: Iterable<string>): boolean {
  for (const lease of servers) {
    if (server === lease || `${server}:443` === lease) return true
  }
  return false
}

/** `about:` is more than blank pages: `about:gpu` is `chrome://gpu`. */
function navigable(url: unknown): string | undefined {
  const parsed = typeof url === 'string' ? URL.parse(url) : null
  if (parsed === null) return 'the address is not an absolute URL'
  if (['http:', 'https:', 'data:', 'blob:'].includes(parsed.protocol)) return undefined
  if (parsed.protocol === 'about:' && ['blank', 'srcdoc'].includes(parsed.pathname)) return undefined
  return `pages open http, https, data, blob and about:blank, not ${parsed.protocol}`
}

function downloadsInside({ behavior, downloadPath }: Command['params'], limits: CommandLimits): string | undefined {
  if (behavior === 'default') return "downloads go into the run's folder: behavior must be deny, allow or allowAndName"
  if (downloadPath === undefined) return behavior === 'deny' ? undefined : 'downloads need a downloadPath'
  return filesInside([downloadPath], limits)
}

function filesInside(files: unknown, { insideRunFolder }: CommandLimits): string | undefined {
  if (!Array.isArray(files)) return 'files must be a list of paths'
  const outside = files.find((file) => typeof file !== 'string' || !insideRunFolder(file))
  return outside === undefined ? undefined : `${JSON.stringify(outside)} is not inside the run's folder`
}
