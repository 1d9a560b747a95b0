/** How the three parts of a score are made; each part lies between 0 and 1. */
export interface ScoreOptions {
  /** Parts of the whole; they are used as given / their sum. Default 0.4, 0.3, 0.3. */
  readonly weights: { readonly success: number; readonly speed: number; readonly reliability: number }
  /** After so long an outcome counts half for success and speed. Default 600,000 ms. */
  readonly successHalfLifeMs: number
  /** After so long an outcome counts half for reliability. Default 6,000,000 ms. */
  readonly reliabilityHalfLifeMs: number
  /** How many uses' worth of the fleet's mean a proxy starts with. Default 3. */
  readonly priorSamples: number
  /** The latency that gives full marks for speed. Default 100 ms. */
  readonly fastMs: number
  /** The latency that gives none. Default 10,000 ms. */
  readonly slowMs: number
}

export const DEFAULT_SCORE: ScoreOptions = {
  weights: { success: 0.4, speed: 0.3, reliability: 0.3 },
  successHalfLifeMs: 600_000,
  reliabilityHalfLifeMs: 6_000_000,
  priorSamples: 3,
  fastMs: 100,
  slowMs: 10_000,
}

/** Decayed evidence about one proxy, or about the fleet. */
export interface Evidence {
  /** Successes, half-life `successHalfLifeMs`. */
  readonly successes: number
  /** Successes and failures of the proxy, same half-life. */
  readonly samples: number
  /** Sum of ln(latency in ms) of successes, same half-life. */
  readonly logLatency: number
  /** Successes, half-life `reliabilityHalfLifeMs`. */
  readonly longSuccesses: number
  /** Successes and failures, same half-life. */
  readonly longSamples: number
}

/** What an average member of the fleet is like. */
export interface FleetMean {
  /** 0 to 1. */
  readonly success: number
  /** Mean of ln(latency in ms). */
  readonly logLatency: number
  /** Wilson's lower bound of a member with the mean evidence. */
  readonly reliability: number
}

export interface ScoreParts {
  /** 0 to 100. */
  readonly score: number
  readonly success: number
  readonly speed: number
  readonly reliability: number
}

/** The fleet's means over `size` members. Laplace's rule keeps them defined without any evidence: 0.5, and the middle of the speed scale. */
export function fleetMean(fleet: Evidence, size: number, options: ScoreOptions): FleetMean {
  const middle = (Math.log(options.fastMs) + Math.log(options.slowMs)) / 2
  return {
    success: (fleet.successes + 1) / (fleet.samples + 2),
    logLatency: (fleet.logLatency + middle) / (fleet.successes + 1),
    reliability: size === 0 ? 0 : wilsonLower(fleet.longSuccesses / size, fleet.longSamples / size),
  }
}

/**
 * The score of a proxy: 40 % success, 30 % speed, 30 % reliability.
 * - success `(S + k·p0)/(N + k)`, p0 the fleet's mean: a newcomer starts as an average member.
 * - speed `ln(slow/L)/ln(slow/fast)`, clamped, L the geometric mean latency of successes, shrunk to the fleet's in the same way.
 * - reliability: the lower bound of Wilson's interval at z = 1 (E. B. Wilson, 1927), over the longer half-life.
 */
export function scoreParts(evidence: Evidence, mean: FleetMean, options: ScoreOptions): ScoreParts {
  const success = successPart(evidence, mean, options)
  const speed = speedPart(evidence, mean, options)
  const reliability = wilsonLower(evidence.longSuccesses, evidence.longSamples)
  return { score: weigh(success, speed, reliability, options), success, speed, reliability }
}

/** The score alone: it allocates nothing. */
export function scoreOf(evidence: Evidence, mean: FleetMean, options: ScoreOptions): number {
  const reliability = wilsonLower(evidence.longSuccesses, evidence.longSamples)
  return weigh(successPart(evidence, mean, options), speedPart(evidence, mean, options), reliability, options)
}

function successPart({ successes, samples }: Evidence, mean: FleetMean, { priorSamples: k }: ScoreOptions): number {
  return k + samples > 0 ? clamp((successes + k * mean.success) / (samples + k)) : mean.success
}

function speedPart({ successes, logLatency }: Evidence, mean: FleetMean, options: ScoreOptions): number {
  const k = options.priorSamples
  const log = k + successes > 0 ? (logLatency + k * mean.logLatency) / (successes + k) : mean.logLatency
  return clamp((Math.log(options.slowMs) - log) / Math.log(options.slowMs / options.fastMs))
}

function weigh(success: number, speed: number, reliability: number, { weights }: ScoreOptions): number {
  const sum = weights.success + weights.speed + weights.reliability
  const whole = weights.success * success + weights.speed * speed + weights.reliability * reliability
  return 100 * clamp(whole / sum)
}

/** Lower bound of Wilson's score interval; 0 without samples. */
export function wilsonLower(successes: number, samples: number, z = 1): number {
  if (samples <= 0) return 0
  const p = Math.min(1, successes / samples)
  const z2 = z * z
  const spread = z * Math.sqrt(p * (1 - p) * samples + z2 / 4)
  return clamp((p * samples + z2 / 2 - spread) / (samples + z2))
}

function clamp(x: number): number {
  return Math.min(1, Math.max(0, x))
}
