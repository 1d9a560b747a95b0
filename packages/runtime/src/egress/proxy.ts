/** An upstream proxy as the gate needs to know it. */
export interface UpstreamProxy {
  readonly id: string
  /** How a tunnel is asked for: CONNECT, CONNECT over TLS to the proxy itself, or SOCKS 5. */
  readonly protocol: 'http' | 'https' | 'socks5'
  /** Name or literal address, IPv6 without brackets. */
  readonly host: string
  readonly port: number
  readonly username?: string
  readonly password?: string
}

/** Whether the proxy itself is on loopback: a literal of 127.0.0.0/8, `::1`, or exactly `localhost`. */
export function isLoopbackProxy(proxy: UpstreamProxy): boolean {
  return proxy.host === 'localhost' || proxy.host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(proxy.host)
}
