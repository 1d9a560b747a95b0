/**
 * Whether a host, as WHATWG URL serialises it, is loopback: a literal of 127.0.0.0/8, `[::1]`, or exactly `localhost`.
 * A name that merely resolves there is not.
 */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
}
