import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import {
  type DemoProxy,
  type DemoSite,
  type ProxyFault,
  type SiteFault,
  startDemoProxy,
  startDemoSite,
} from '@refbot/demo-site'

/** A proxy of the demo by the name that its table shows. */
export interface NamedProxy {
  readonly name: string
  readonly proxy: DemoProxy
  /** As a configuration names it, with credentials. */
  readonly url: string
}

/** The sign-up site and the proxies of the demo, each a process of its own. */
export interface DemoWorld extends AsyncDisposable {
  readonly site: DemoSite
  readonly proxies: readonly NamedProxy[]
}

const PROXIES: readonly { readonly name: string; readonly fault: ProxyFault }[] = [
  { name: 'healthy', fault: 'none' },
  { name: 'slow', fault: 'slow' },
  { name: 'refusing', fault: 'refuse-half' },
]

/** Four processes at once on a machine that may be busy with its first set-up. */
const READY_TIMEOUT_MS = 60_000

/** The one that the demo expects to end with the lowest score. */
export const REFUSING = 'refusing'

export async function startWorld(folder: string, siteFault: SiteFault): Promise<DemoWorld> {
  await using stack = new AsyncDisposableStack()
  const start = { entry: new URL(import.meta.resolve('#demo-main')), readyTimeoutMs: READY_TIMEOUT_MS }
  const [site, ...proxies] = await Promise.all([
    startDemoSite({ databaseFile: join(folder, 'site.db'), fault: siteFault, ...start }).then((it) => stack.use(it)),
    ...PROXIES.map(async ({ name, fault }): Promise<NamedProxy> => {
      const username = 'demo'
      const password = randomBytes(12).toString('hex')
      const logFile = join(folder, `proxy-${name}.ndjson`)
      const proxy = stack.use(await startDemoProxy({ username, password, logFile, fault, ...start }))
      return { name, proxy, url: `http://${username}:${password}@127.0.0.1:${proxy.port}` }
    }),
  ])
  const owned = stack.move()
  return { site, proxies, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
