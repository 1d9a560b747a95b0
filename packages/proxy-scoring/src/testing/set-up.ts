import { ProxyScorer } from '../scorer.ts'
import type { ProxyScorerOptions } from '../types.ts'
import { ManualClock } from './manual-clock.ts'
import { seededRandom } from './random.ts'

export const proxy = (name: string, more = {}) => ({ id: name, host: `${name}.test`, port: 1, ...more })

/** A scorer with proxies of these names, a clock set by hand and repeatable chance. */
export function setUp(names: readonly string[], options: ProxyScorerOptions = {}) {
  const clock = new ManualClock()
  const proxies = names.map((name) => proxy(name))
  const scorer = new ProxyScorer({ proxies, clock, random: seededRandom(1), ...options })
  const only = (id: string) => names.filter((other) => other !== id)
  const use = (id: string, ok: boolean, latencyMs = 200) => {
    const lease = scorer.acquireSync({ exclude: only(id) })
    if (lease.proxy.id !== id) throw new Error(`leased ${lease.proxy.id} instead of ${id}`)
    return ok ? lease.succeed(latencyMs) : lease.fail('timeout')
  }
  const scoreOf = (id: string) => {
    const found = scorer.scores().find((score) => score.proxyId === id)
    if (found === undefined) throw new Error(`no score of ${id}`)
    return found
  }
  return { clock, scorer, use, scoreOf }
}

/** So that only the score decides. */
export const NEVER_TRIPS = { consecutiveFailures: 1e9, failureRatio: 1 }
