import type { PluginBrowser, PluginPage } from '@refbot/plugin-sdk'
import type { BirpcReturn } from 'birpc'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { type ChildApi, checkCall, type HostApi } from './protocol.ts'

export interface ChildBrowser extends PluginBrowser {
  close(): Promise<void>
}

/** Pages in the run's own browser, which the host launched; each leaves through the gate, and nowhere else. */
export function createBrowser(host: BirpcReturn<HostApi, ChildApi>): ChildBrowser {
  let connected: Promise<Browser> | undefined

  const connect = async (endpoint: string): Promise<Browser> => {
    // 0.3 s and 60 MB, so only for plugins that open a page.
    const { chromium } = await import('playwright-core')
    return chromium.connectOverCDP(endpoint)
  }

  return {
    async page({ target, proxy, viewport, locale, timeZone }) {
      const request = { target, ...(proxy === undefined ? {} : { leaseId: proxy.id }) }
      checkCall('openPage', 'browser.page', request)
      const opened = await host.openPage(request)
      let context: BrowserContext | undefined
      const close = async () => {
        await context?.close().catch(() => undefined)
        await host.closePage(opened.id)
      }
      let page: Page
      try {
        connected ??= connect(opened.endpoint)
        const browser = await connected
        context = await browser.newContext({
          proxy: { server: opened.proxyServer, bypass: '<-loopback>' },
          userAgent: opened.userAgent,
          ...(viewport === undefined ? {} : { viewport }),
          ...(locale === undefined ? {} : { locale }),
          ...(timeZone === undefined ? {} : { timezoneId: timeZone }),
        })
        page = await context.newPage()
      } catch (error) {
        // Its turn on the origin is another page's.
        await close()
        throw error
      }
      return Object.defineProperties(page, {
        egress: { value: () => host.pageEgress(opened.id) },
        [Symbol.asyncDispose]: { value: close },
      }) as PluginPage
    },
    async close() {
      await (await connected)?.close().catch(() => undefined)
    },
  }
}
