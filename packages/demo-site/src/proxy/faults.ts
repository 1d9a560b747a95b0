export interface ProxyBehaviour {
  /** What a client meets, one sentence. */
  readonly summary: string
  /** Milliseconds per connection, and whenever its traffic changes direction, when no latency is asked for. */
  readonly latencyMs: number
  /** Whether the nth request that would be forwarded, counted from 1, is refused instead. */
  readonly refuses: (nth: number) => boolean
}

export type ProxyFault = 'none' | 'slow' | 'refuse-half'

const never = (): boolean => false

/** Every fault is one line. */
export const proxyFaults: Readonly<Record<ProxyFault, ProxyBehaviour>> = {
  none: { summary: 'The proxy works.', latencyMs: 0, refuses: never },
  slow: { summary: 'Every connection, and every change of direction in it, is late.', latencyMs: 150, refuses: never },
  'refuse-half': {
    summary: 'Every other request is refused with 503 before it is forwarded, the first one included.',
    latencyMs: 0,
    refuses: (nth) => nth % 2 === 1,
  },
}

export function isProxyFault(name: string): name is ProxyFault {
  return Object.hasOwn(proxyFaults, name)
}
