import type { LookupFunction } from 'node:net'
import type { RefbotConfig } from './config/index.ts'
import { Gate, type GateIdentity, Origins, operatorKeyOf, Permits } from './egress/index.ts'
import type { Egress, OperatorLimits, StopTimes } from './host/index.ts'
import type { Store } from './store/index.ts'

/** What a program of its own may bring along. None of it loosens a check: certificates and documents count as ever. */
export interface RefbotParts {
  /** Resolves the names of targets and proxies; `localhost` is never asked for. Default: the system's. */
  readonly lookup?: LookupFunction
  /** By which documents expire, limits count and pauses end. Default: the system's. */
  readonly clock?: { now(): number }
  /** Between two looks at a target's document while a run goes on, in ms; default and at most 300,000. */
  readonly authorisationEveryMs?: number
  /** How long a plugin that is stopped is given; can only be shortened. */
  readonly stopTimes?: StopTimes
}

export interface EgressNeeds {
  readonly store: Store
  readonly identity: GateIdentity
  readonly parts: RefbotParts
  /** As it is in force. */
  readonly config: () => RefbotConfig
  readonly dataDir: string
  /** `RefBot/0.1.0`. */
  readonly userAgent: string
}

/** The way out of one installation, which `stack` owns from then on. */
export async function openEgress(stack: AsyncDisposableStack, needs: EgressNeeds): Promise<Egress> {
  const { store, identity, parts, config, dataDir, userAgent } = needs
  const { clock = { now: Date.now }, lookup, authorisationEveryMs: everyMs } = parts
  const resolving = lookup === undefined ? {} : { lookup }
  const limits = (): OperatorLimits => {
    const { maxPerMinute = null, maxPerDay = null, concurrency = null } = config().limits.perOrigin
    return { maxPerMinute, maxPerDay, concurrency }
  }
  const origins = stack.use(await Origins.open({ store: store.origins, now: () => clock.now() }))
  const permits = new Permits({
    operatorKey: () => operatorKeyOf(dataDir),
    userAgent,
    partHosts: () => config().partHosts,
    clock,
    ...resolving,
    ...(everyMs === undefined ? {} : { everyMs }),
  })
  const gate = stack.use(
    await Gate.start({
      identity,
      clock,
      limits,
      counted: origins.counted,
      onCounted: (count) => origins.count(count),
      isPaused: (origin) => origins.pauseOf(origin) !== undefined,
      ...resolving,
    }),
  )
  return { gate, permits, origins, limits }
}
