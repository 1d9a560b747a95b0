import type { Authorisation, PluginContext, ProxyLease } from '@refbot/plugin-sdk'

/**
 * A proxy for one page: undefined where pages leave directly, `none-left` where all others have been tried.
 * @throws PluginError `PROXY_NONE_AVAILABLE` when not even a first one is to be had
 */
export async function leaseProxy(
  { proxies }: Pick<PluginContext, 'proxies'>,
  { proxies: allowed }: Pick<Authorisation, 'proxies'>,
  exclude: readonly string[],
): Promise<ProxyLease | 'none-left' | undefined> {
  if (allowed === false || !(await proxies.available())) return undefined
  try {
    return await proxies.lease({ exclude })
  } catch (error) {
    if (exclude.length > 0 && hasCode(error, 'PROXY_NONE_AVAILABLE')) return 'none-left'
    throw error
  }
}

/** Errors cross a process boundary, so they are told by their code and not by their class. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
