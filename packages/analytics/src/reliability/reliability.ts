/** What a reliability score is made of; a part without data is left out, and the others weigh more. */
export interface ReliabilityInput {
  /** Share of successes, 0 to 1. */
  readonly availability: number | undefined
  /** Share of durations within their objective, 0 to 1. */
  readonly latency: number | undefined
  /** Share of the periods with data in which the success rate met its objective, 0 to 1. */
  readonly stability: number | undefined
}

export interface Reliability extends ReliabilityInput {
  /** 0 to 100; undefined where no part has data. */
  readonly score: number | undefined
}

/** Weights of the three parts: that it works comes first, then that it is fast enough, then that it always is so. */
export const reliabilityWeights = { availability: 0.5, latency: 0.3, stability: 0.2 } as const

/**
 * score = 100 · (0.5 · availability + 0.3 · latency + 0.2 · stability), over the weights of the parts that have data.
 */
export function reliabilityScore(input: ReliabilityInput): Reliability {
  let weight = 0
  let sum = 0
  for (const part of ['availability', 'latency', 'stability'] as const) {
    const share = input[part]
    if (share === undefined) continue
    weight += reliabilityWeights[part]
    sum += reliabilityWeights[part] * Math.min(1, Math.max(0, share))
  }
  return { ...input, score: weight === 0 ? undefined : Math.min(100, (100 * sum) / weight) }
}
