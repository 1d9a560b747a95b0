/** A simulated fleet: what each proxy is really like, at any time. The policies see outcomes only. */

export interface FleetSpec {
  readonly proxies: number
  /** Proxies that join later. */
  readonly newcomers: number
  /** When they join, as a part of the whole time. */
  readonly joinAt: number
  readonly durationMs: number
  readonly requestsPerSecond: number
  /** Part of the fleet that is down during the two mass outages. */
  readonly outagePart: number
  readonly outageMs: number
  /** Mean capacity: requests at once before a proxy slows down. */
  readonly capacity: number
  /** Part of the fleet that is bad for good. */
  readonly badPart: number
  /** How far quality wanders per minute (standard deviation, logits and ln ms). */
  readonly drift: number
}

export interface Outcome {
  readonly ok: boolean
  /** How long the use took, success or not. */
  readonly elapsedMs: number
  readonly latencyMs: number
}

interface Member {
  logit: number
  logLatency: number
  readonly capacity: number
  readonly joinsAt: number
  readonly downFrom: number[]
  inflight: number
}

const TIMEOUT_MS = 10_000

/** A failed attempt costs as much as a success that took this long. */
export const FAILURE_COST_MS = 10_000

export class Fleet {
  readonly spec: FleetSpec
  readonly members: Member[] = []
  readonly #random: () => number
  #driftedAt = 0

  constructor(spec: FleetSpec, random: () => number) {
    this.spec = spec
    this.#random = random
    const outages = [spec.durationMs * 0.25, spec.durationMs * 0.7]
    for (let i = 0; i < spec.proxies + spec.newcomers; i += 1) {
      const bad = random() < spec.badPart
      this.members.push({
        logit: bad ? -0.5 + this.#normal() : 3.6 + 0.8 * this.#normal(),
        logLatency: Math.log(400) + 0.7 * this.#normal(),
        capacity: Math.max(1, Math.round(spec.capacity * Math.exp(0.6 * this.#normal()))),
        joinsAt: i < spec.proxies ? 0 : spec.durationMs * spec.joinAt,
        downFrom: outages.filter(() => random() < spec.outagePart),
        inflight: 0,
      })
    }
  }

  joined(index: number, now: number): boolean {
    const member = this.members[index]
    return member !== undefined && member.joinsAt <= now
  }

  /** Quality wanders once a minute. */
  advance(now: number): void {
    while (now - this.#driftedAt >= 60_000) {
      this.#driftedAt += 60_000
      for (const member of this.members) {
        member.logit += this.spec.drift * this.#normal()
        member.logLatency += 0.5 * this.spec.drift * this.#normal()
      }
    }
  }

  /** What one more use is expected to cost, in ms; at most `FAILURE_COST_MS`. */
  expectedCost(index: number, now: number): number {
    const { success, latencyMs } = this.#quality(index, now)
    return success * Math.min(latencyMs, FAILURE_COST_MS) + (1 - success) * FAILURE_COST_MS
  }

  success(index: number, now: number): number {
    return this.#quality(index, now).success
  }

  best(now: number): number {
    let best = -1
    let least = Number.POSITIVE_INFINITY
    for (let i = 0; i < this.members.length; i += 1) {
      if (!this.joined(i, now)) continue
      const cost = this.expectedCost(i, now)
      if (cost < least) [best, least] = [i, cost]
    }
    return best
  }

  draw(index: number, now: number): Outcome {
    const { success, latencyMs } = this.#quality(index, now)
    const latency = Math.max(5, latencyMs * Math.exp(0.4 * this.#normal()))
    if (latency < TIMEOUT_MS && this.#random() < success) return { ok: true, elapsedMs: latency, latencyMs: latency }
    // Half of the failures are refused at once, half hang until the timeout.
    return { ok: false, elapsedMs: this.#random() < 0.5 ? 40 : TIMEOUT_MS, latencyMs: 0 }
  }

  #quality(index: number, now: number): { success: number; latencyMs: number } {
    const member = this.members[index]
    if (member === undefined) return { success: 0, latencyMs: TIMEOUT_MS }
    const down = member.downFrom.some((from) => now >= from && now < from + this.spec.outageMs)
    const load = Math.max(1, (member.inflight + 1) / member.capacity)
    const success = down ? 0.01 : 1 / (1 + Math.exp(-member.logit)) / load
    return { success, latencyMs: Math.exp(member.logLatency) * load }
  }

  #normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random())
  }
}
