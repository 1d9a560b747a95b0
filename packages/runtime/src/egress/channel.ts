import type { LookupFunction } from 'node:net'
import type { SecureContext } from 'node:tls'
import { UpstreamAgent } from './agent.ts'
import { elsewhere } from './elsewhere.ts'
import type { Lease } from './lease.ts'

/** What all exchanges of a gate share. */
export interface GateSettings {
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly connectTimeoutMs: number
  readonly responseTimeoutMs: number
  readonly maxHeaderSize: number
  readonly lookup: LookupFunction | undefined
  /** Which authorities vouch for sites: Node's own, and those of NODE_EXTRA_CA_CERTS. */
  readonly trust: SecureContext
}

/** One connection of a browser as far as HTTP goes: plain through the proxy, or the inside of one tunnel. */
export class Channel {
  readonly lease: Lease
  readonly settings: GateSettings
  /** The one origin at the end of a tunnel; undefined where requests come in absolute form. */
  readonly tunnel: string | undefined
  readonly #agents = new Map<string, UpstreamAgent>()
  #closed = false

  constructor(lease: Lease, settings: GateSettings, tunnel?: string) {
    this.lease = lease
    this.settings = settings
    this.tunnel = tunnel
  }

  agentFor(origin: string): UpstreamAgent {
    let agent = this.#agents.get(origin)
    if (agent === undefined) {
      const { connectTimeoutMs, lookup, now, trust } = this.settings
      const { sessions, options } = this.lease
      const { addresses, source } = options.target
      const address = addresses[origin]
      // Whoever answers there would be taken at its word; behind a proxy it is the proxy that resolves.
      const guarded = source === 'document' && origin.startsWith('http:') && options.proxy === undefined
      const route = {
        origin,
        proxy: options.proxy,
        timeoutMs: connectTimeoutMs,
        sessions,
        trust,
        onConnected: (localPort: number) => this.lease.connected(localPort),
        ...(address === undefined ? {} : { address }),
        ...(guarded ? { lookup: elsewhere(lookup) } : lookup === undefined ? {} : { lookup }),
      }
      agent = new UpstreamAgent(route, now)
      if (this.#closed) agent.destroy()
      this.#agents.set(origin, agent)
    }
    return agent
  }

  close(): void {
    this.#closed = true
    for (const agent of this.#agents.values()) agent.destroy()
  }
}
