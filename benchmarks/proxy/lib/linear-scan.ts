import { DEFAULT_SCORE, type Evidence, fleetMean, scoreParts } from '../../../packages/proxy-scoring/src/score.ts'

interface Item {
  evidence: { -readonly [K in keyof Evidence]: Evidence[K] }
  weight: number
  score: number
  inflight: number
  failures: number
  openUntil: number
}

/**
 * The straightforward way to do the same job: scores and weights are cached per proxy and brought up to date by its own reports; each pick
 * walks all proxies to sum the weights of those that are free, and walks again for each of two draws.
 */
export class LinearScan {
  readonly #items: Item[]
  readonly #random: () => number
  readonly #mean = fleetMean(nothing(), 0, DEFAULT_SCORE)

  constructor(size: number, random: () => number) {
    this.#random = random
    this.#items = Array.from({ length: size }, () => {
      const item = { evidence: nothing(), weight: 0, score: 0, inflight: 0, failures: 0, openUntil: 0 }
      this.#refresh(item)
      return item
    })
  }

  acquire(now: number): Item | undefined {
    let total = 0
    for (const item of this.#items) if (item.inflight < 8 && item.openUntil <= now) total += item.weight
    if (total === 0) return undefined
    const first = this.#draw(total, now, undefined)
    const second = first === undefined ? undefined : this.#draw(total - first.weight, now, first)
    const winner = first !== undefined && second !== undefined && cost(second) < cost(first) ? second : first
    if (winner !== undefined) winner.inflight += 1
    return winner
  }

  report(item: Item, latencyMs: number | undefined, now: number): void {
    item.inflight -= 1
    const { evidence } = item
    evidence.samples += 1
    evidence.longSamples += 1
    if (latencyMs === undefined) {
      item.failures += 1
      if (item.failures >= 4) item.openUntil = now + 10_000
    } else {
      item.failures = 0
      evidence.successes += 1
      evidence.longSuccesses += 1
      evidence.logLatency += Math.log(latencyMs)
    }
    this.#refresh(item)
  }

  #draw(total: number, now: number, except: Item | undefined): Item | undefined {
    let left = this.#random() * total
    let last: Item | undefined
    for (const item of this.#items) {
      if (item === except || item.inflight >= 8 || item.openUntil > now) continue
      last = item
      left -= item.weight
      if (left < 0) return item
    }
    return last
  }

  #refresh(item: Item): void {
    item.score = scoreParts(item.evidence, this.#mean, DEFAULT_SCORE).score
    item.weight = (item.score / 100) ** 24
  }
}

function cost(item: Item): number {
  return (item.inflight + 1) / item.score
}

function nothing(): { -readonly [K in keyof Evidence]: Evidence[K] } {
  return { successes: 0, samples: 0, logLatency: 0, longSuccesses: 0, longSamples: 0 }
}
