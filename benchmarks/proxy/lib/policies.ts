import {
  type LoadBalancingStrategy,
  type ProxyLease,
  ProxyScorer,
  type ProxyScorerOptions,
} from '../../../packages/proxy-scoring/src/index.ts'
import type { Fleet, Outcome } from './fleet.ts'

/** A way to choose. It sees who has joined and the outcomes of its own choices. */
export interface Policy {
  join(index: number): void
  /** -1 when it finds nobody. */
  pick(now: number): number
  /** The same use's outcome; `index` as picked. */
  report(index: number, outcome: Outcome, now: number): void
}

export type PolicyFactory = (fleet: Fleet, random: () => number) => Policy

export const oracle: PolicyFactory = (fleet) => ({ join() {}, pick: (now) => fleet.best(now), report() {} })

export const uniform: PolicyFactory = (_, random) => {
  const members: number[] = []
  return {
    join: (index) => members.push(index),
    pick: () => members[Math.floor(random() * members.length)] ?? -1,
    report() {},
  }
}

export function ours(strategy: LoadBalancingStrategy, options: ProxyScorerOptions = {}): PolicyFactory {
  return (_, random) => {
    let time = 0
    const scorer = new ProxyScorer({ strategy, random, clock: { now: () => time + 1 }, ...options })
    const out = new Map<number, ProxyLease[]>()
    return {
      join(index) {
        scorer.add({ id: String(index), host: `p${index}.test`, port: 1 })
      },
      pick(now) {
        time = now
        try {
          const lease = scorer.acquireSync()
          const index = Number(lease.proxy.id)
          const leases = out.get(index) ?? []
          leases.push(lease)
          out.set(index, leases)
          return index
        } catch {
          return -1
        }
      },
      report(index, outcome, now) {
        time = now
        const lease = out.get(index)?.shift()
        if (outcome.ok) lease?.succeed(outcome.latencyMs)
        else lease?.fail(outcome.elapsedMs < 100 ? 'refused_connection' : 'timeout')
      },
    }
  }
}

/**
 * Finagle's default balancer, from its documentation: power of two choices over peak-EWMA cost (a latency above the mean replaces it at once,
 * the mean decays over 10 s), times the requests pending; a penalty for nodes with work but without a measurement; failure accrual marks a
 * node dead after 5 failures in a row, for 5 s doubling to 300 s with equal jitter.
 */
export const finagle: PolicyFactory = (_, random) => {
  const tauMs = 10_000
  const nodes: {
    index: number
    cost: number
    at: number
    pending: number
    failures: number
    deadUntil: number
    backoff: number
  }[] = []
  const byIndex = new Map<number, (typeof nodes)[number]>()
  const load = (node: (typeof nodes)[number], now: number): number => {
    node.cost *= Math.exp(-Math.max(0, now - node.at) / tauMs)
    node.at = now
    if (node.cost === 0 && node.pending !== 0) return 1e9 + node.pending
    return node.cost * (node.pending + 1)
  }
  return {
    join(index) {
      const node = { index, cost: 0, at: 0, pending: 0, failures: 0, deadUntil: 0, backoff: 5000 }
      nodes.push(node)
      byIndex.set(index, node)
    },
    pick(now) {
      const n = nodes.length
      let chosen: (typeof nodes)[number] | undefined
      // Finagle draws again (five times at most) when the winner is dead.
      for (let i = 0; i < 5; i += 1) {
        const a = nodes[Math.floor(random() * n)]
        let b = nodes[Math.floor(random() * (n - 1))]
        if (a === b) b = nodes[n - 1]
        if (a === undefined || b === undefined) continue
        const alive = [a, b].filter((node) => node.deadUntil <= now)
        const [first, second] = alive.length > 0 ? alive : [a, b]
        if (first === undefined) continue
        chosen = second === undefined || load(first, now) <= load(second, now) ? first : second
        if (chosen.deadUntil <= now) break
      }
      if (chosen === undefined) return -1
      chosen.pending += 1
      return chosen.index
    },
    report(index, outcome, now) {
      const node = byIndex.get(index)
      if (node === undefined) return
      node.pending -= 1
      const decay = Math.exp(-Math.max(0, now - node.at) / tauMs)
      node.cost =
        outcome.elapsedMs > node.cost ? outcome.elapsedMs : node.cost * decay + outcome.elapsedMs * (1 - decay)
      node.at = now
      if (outcome.ok) {
        node.failures = 0
        node.backoff = 5000
        return
      }
      node.failures += 1
      if (node.failures < 5) return
      node.deadUntil = now + node.backoff / 2 + (random() * node.backoff) / 2
      node.backoff = Math.min(300_000, node.backoff * 2)
    },
  }
}

/** Thompson sampling: a Beta draw for success (counts decay, half-life 600 s) times a normal draw for ln latency; the least expected cost wins. */
export const thompson: PolicyFactory = (_, random) => {
  const halfLifeMs = 600_000
  const arms: { index: number; ok: number; bad: number; log: number; at: number }[] = []
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const gamma = (shape: number): number => {
    // Marsaglia and Tsang (2000), shape from 1.
    const d = shape - 1 / 3
    for (;;) {
      const x = normal()
      const v = (1 + x / Math.sqrt(9 * d)) ** 3
      if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
    }
  }
  const age = (arm: (typeof arms)[number], now: number) => {
    const left = 2 ** (-(now - arm.at) / halfLifeMs)
    arm.ok *= left
    arm.bad *= left
    arm.log *= left
    arm.at = now
  }
  const byIndex = new Map<number, (typeof arms)[number]>()
  return {
    join(index) {
      const arm = { index, ok: 0, bad: 0, log: 0, at: 0 }
      arms.push(arm)
      byIndex.set(index, arm)
    },
    pick(now) {
      let best = -1
      let least = Number.POSITIVE_INFINITY
      for (const arm of arms) {
        age(arm, now)
        const a = gamma(1 + arm.ok)
        const success = a / (a + gamma(1 + arm.bad))
        const mean = (arm.log + Math.log(400)) / (arm.ok + 1)
        const latency = Math.exp(mean + (0.7 * normal()) / Math.sqrt(arm.ok + 1))
        const cost = success * Math.min(latency, 10_000) + (1 - success) * 10_000
        if (cost < least) [best, least] = [arm.index, cost]
      }
      return best
    },
    report(index, outcome, now) {
      const arm = byIndex.get(index)
      if (arm === undefined) return
      age(arm, now)
      if (outcome.ok) {
        arm.ok += 1
        arm.log += Math.log(outcome.latencyMs)
      } else arm.bad += 1
    },
  }
}
