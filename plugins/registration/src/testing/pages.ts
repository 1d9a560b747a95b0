import type { EgressFault, EgressReport, PageOptions, PluginPage } from '@refbot/plugin-sdk'
import { PluginError } from '@refbot/plugin-sdk'
import type { Browser, Route } from 'playwright-core'

/** What stands between a page and the site in a test: it may break a request and says so, as the gate does. */
export interface ScriptedProxy {
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

export interface PagesOptions extends Partial<Pick<EgressReport, 'refusal' | 'limit'>> {
  readonly runId: string
  readonly proxies: readonly ScriptedProxy[]
}

/** Opens real pages, and says of them what a gate would. */
export class TestPages {
  /** Those open now. */
  readonly open = new Set<PluginPage>()
  readonly #browser: Browser
  readonly #options: PagesOptions

  constructor(browser: Browser, options: PagesOptions) {
    this.#browser = browser
    this.#options = options
  }

  async page({ proxy }: PageOptions): Promise<PluginPage> {
    const { runId, proxies, refusal, limit } = this.#options
    const scripted = proxies.find(({ id }) => id === proxy?.proxy)
    if (scripted?.unfit === true) throw new PluginError('PROXY_NOT_LOOPBACK', 'The proxy is not on loopback.')
    const context = await this.#browser.newContext({ extraHTTPHeaders: { 'X-RefBot-Run': runId } })
    const faults: EgressFault[] = []
    const { breaks } = scripted ?? {}
    if (breaks !== undefined) {
      await context.route('**', async (route: Route) => {
        const request = { method: route.request().method(), url: route.request().url() }
        const broken = breaks(request)
        if (broken === undefined) return route.continue()
        faults.push({ proxyFault: true, at: 0, ...request, ...broken })
        // What breaks during the exchange has reached the site.
        if (broken.phase === 'exchange') await route.fetch().catch(() => undefined)
        return route.abort('connectionreset')
      })
    }
    const page: PluginPage = Object.assign(await context.newPage(), {
      egress: async (): Promise<EgressReport> => ({
        ...{ faults, refusal, forwarded: 0, refused: 0, localPorts: [40_000] },
        ...(limit === undefined ? {} : { limit }),
      }),
      [Symbol.asyncDispose]: async () => {
        this.open.delete(page)
        await context.close()
      },
    })
    this.open.add(page)
    return page
  }
}
