import { FAILURE_COST_MS, Fleet, type FleetSpec, type Outcome } from './fleet.ts'
import type { PolicyFactory } from './policies.ts'
import { seeded } from './random.ts'

export interface Result {
  /** Mean expected cost of an attempt, ms. */
  readonly cost: number
  /** Part of the attempts that succeeded. */
  readonly success: number
  /** Part of the fleet that was used at least once. */
  readonly used: number
  /** Requests to a newcomer over requests to a proxy on average, in the second half. */
  readonly newcomerShare: number
}

/** Runs one policy on one fleet. Same seed: same fleet, same arrivals. */
export function simulate(factory: PolicyFactory, spec: FleetSpec, seed: number): Result {
  const arrivals = seeded(seed * 7919 + 1)
  const fleet = new Fleet(spec, seeded(seed * 7919 + 2))
  const policy = factory(fleet, seeded(seed * 7919 + 3))
  const pending = new Pending()
  const uses = new Array<number>(fleet.members.length).fill(0)
  const secondHalf = new Array<number>(fleet.members.length).fill(0)
  let joined = 0
  let attempts = 0
  let successes = 0
  let cost = 0
  const settle = (until: number) => {
    for (let done = pending.pop(until); done !== undefined; done = pending.pop(until)) {
      const member = fleet.members[done.index]
      if (member !== undefined) member.inflight -= 1
      policy.report(done.index, done.outcome, done.at)
    }
  }
  for (let now = 0; now < spec.durationMs; now += (-Math.log(1 - arrivals()) * 1000) / spec.requestsPerSecond) {
    fleet.advance(now)
    while (joined < fleet.members.length && fleet.joined(joined, now)) policy.join(joined++)
    settle(now)
    const index = policy.pick(now)
    attempts += 1
    const member = fleet.members[index]
    if (member === undefined) {
      cost += FAILURE_COST_MS
      continue
    }
    cost += fleet.expectedCost(index, now)
    uses[index] = (uses[index] ?? 0) + 1
    if (now >= spec.durationMs / 2) secondHalf[index] = (secondHalf[index] ?? 0) + 1
    const outcome = fleet.draw(index, now)
    if (outcome.ok) successes += 1
    member.inflight += 1
    pending.push({ at: now + outcome.elapsedMs, index, outcome })
  }
  const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / Math.max(1, list.length)
  return {
    cost: cost / attempts,
    success: successes / attempts,
    used: uses.filter((n) => n > 0).length / uses.length,
    newcomerShare: mean(secondHalf.slice(spec.proxies)) / mean(secondHalf),
  }
}

interface Done {
  readonly at: number
  readonly index: number
  readonly outcome: Outcome
}

/** Uses under way, by their end: a binary heap. */
class Pending {
  readonly #heap: Done[] = []

  push(done: Done): void {
    const heap = this.#heap
    let i = heap.push(done) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      const above = heap[parent]
      if (above === undefined || above.at <= done.at) break
      heap[i] = above
      i = parent
    }
    heap[i] = done
  }

  pop(until: number): Done | undefined {
    const heap = this.#heap
    const first = heap[0]
    if (first === undefined || first.at > until) return undefined
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return first
    let i = 0
    for (;;) {
      const left = heap[2 * i + 1]
      if (left === undefined) break
      const right = heap[2 * i + 2]
      const [child, least] = right !== undefined && right.at < left.at ? [2 * i + 2, right] : [2 * i + 1, left]
      if (least.at >= last.at) break
      heap[i] = least
      i = child
    }
    heap[i] = last
    return first
  }
}
