import { Client, type Dispatcher, ProxyAgent, Socks5ProxyAgent } from 'undici'
import { type EgressProxy, proxyAddress } from '../proxy.ts'
import type { CheckTls, ProxyConnector } from './connector.ts'

/** An undici dispatcher whose requests go through the proxy. The credentials are in no URL: undici's errors and `inspect` repeat those. */
export function dispatcherFor(
  proxy: EgressProxy,
  connector: ProxyConnector,
  requestTls: CheckTls,
  timeoutMs: number,
): Dispatcher {
  const address = proxyAddress(proxy)
  if (proxy.protocol === 'socks5')
    return new Socks5ProxyAgent(address, {
      connect: connector.connect,
      ...(proxy.username === undefined ? {} : { username: proxy.username, password: proxy.password ?? '' }),
      requestTls,
      headersTimeout: timeoutMs,
    })
  return new ProxyAgent({
    uri: address,
    ...(proxy.username === undefined ? {} : { token: basic(proxy.username, proxy.password ?? '') }),
    // A tunnel for http as well: it is what browsers and most clients need, and it shows a 407 as such.
    proxyTunnel: true,
    requestTls,
    clientFactory: (origin) => new Client(origin, { connect: connector.connect, headersTimeout: timeoutMs }),
  })
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
