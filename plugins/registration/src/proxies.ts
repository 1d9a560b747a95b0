import type { Authorisation, PluginContext, PluginPage, ProxyLease } from '@refbot/plugin-sdk'
import type { RegistrationConfig } from './config.ts'

/** A page and the proxy that it leaves through; disposing ends both, the page first. */
export interface LeasedPage extends AsyncDisposable {
  /** Undefined where the page leaves directly. */
  readonly lease: ProxyLease | undefined
  /** Undefined where no proxy was left to try. */
  readonly page: PluginPage | undefined
}

/**
 * A page for one submission, through a proxy where there are any and the owner of the site allows them. Proxies that
 * may not be used for this target are passed over and added to `exclude`.
 * @throws PluginError `PROXY_NONE_AVAILABLE` when not even a first one is to be had, and what `browser.page` throws
 */
export async function leasePage(
  context: Pick<PluginContext<RegistrationConfig>, 'proxies' | 'browser' | 'config' | 'log'>,
  { proxies: allowed }: Pick<Authorisation, 'proxies'>,
  exclude: string[],
): Promise<LeasedPage> {
  const { proxies, browser, config, log } = context
  const target = config.url
  if (allowed === false || !(await proxies.available())) return leased(undefined, await browser.page({ target }), log)
  const failedBefore = exclude.length
  let unfit: unknown
  for (;;) {
    let lease: ProxyLease
    try {
      lease = await proxies.lease({ exclude })
    } catch (error) {
      if (!hasCode(error, 'PROXY_NONE_AVAILABLE')) throw error
      if (failedBefore > 0) return leased(undefined, undefined, log)
      throw unfit ?? error
    }
    try {
      return leased(lease, await browser.page({ target, proxy: lease }), log)
    } catch (error) {
      await lease[Symbol.asyncDispose]()
      if (!hasCode(error, 'PROXY_NOT_LOOPBACK')) throw error
      unfit = error
      exclude.push(lease.proxy)
    }
  }
}

function leased(
  lease: ProxyLease | undefined,
  page: PluginPage | undefined,
  log: Pick<PluginContext['log'], 'debug'>,
): LeasedPage {
  return {
    lease,
    page,
    [Symbol.asyncDispose]: async () => {
      try {
        await page?.[Symbol.asyncDispose]()
      } catch (error) {
        // A browser that has gone already has closed its pages.
        log.debug('the page was gone before it was closed', { error: String(error) })
      } finally {
        await lease?.[Symbol.asyncDispose]()
      }
    },
  }
}

/** Errors cross a process boundary, so they are told by their code and not by their class. */
function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
