import { DEFAULT_CIRCUIT } from './circuit.ts'
import { ProxyScoringError } from './errors.ts'
import { DEFAULT_SCORE } from './score.ts'
import type { LoadBalancingStrategy, ProxyScorerOptions } from './types.ts'

export const STRATEGIES = ['round-robin', 'least-loaded', 'weighted', 'random'] as const

/** A time that so many ms from now still is one, as a Date and in a snapshot. */
const LONGEST_MS = 1e12
const DURATION = `a number above 0, at most ${LONGEST_MS} (31 years)`

/** All options with their defaults. */
export type ResolvedOptions = ReturnType<typeof resolveOptions>

/** @throws ProxyScoringError `PROXY_OPTION_INVALID` */
export function resolveOptions(given: ProxyScorerOptions) {
  const options = {
    ...DEFAULT_SCORE,
    strategy: 'weighted' as LoadBalancingStrategy,
    random: Math.random,
    maxInflight: 8,
    leaseTtlMs: 900_000,
    sharpness: 24,
    candidates: 2 as 1 | 2,
    slowStartMs: 30_000,
    crowding: 0.25,
    trust: 1.1,
    probeShare: 0.05,
    trialShare: 0.05,
    refreshPerAcquire: 2,
    ...withoutUndefined(given),
    circuit: { ...DEFAULT_CIRCUIT, ...withoutUndefined(given.circuit ?? {}) },
  }
  const { circuit, weights } = options
  for (const key of ['successHalfLifeMs', 'reliabilityHalfLifeMs', 'fastMs', 'slowMs', 'leaseTtlMs'] as const)
    check(key, options[key], options[key] > 0 && options[key] <= LONGEST_MS, DURATION)
  for (const key of ['priorSamples', 'crowding', 'slowStartMs', 'refreshPerAcquire'] as const)
    check(key, options[key], options[key] >= 0 && Number.isFinite(options[key]), 'a number from 0')
  check('sharpness', options.sharpness, options.sharpness >= 0 && options.sharpness <= 1000, 'a number from 0 to 1000')
  for (const key of ['openMs', 'maxOpenMs', 'windowMs', 'probeTtlMs'] as const)
    check(`circuit.${key}`, circuit[key], circuit[key] > 0 && circuit[key] <= LONGEST_MS, DURATION)
  for (const key of ['consecutiveFailures', 'probeSuccesses'] as const)
    check(`circuit.${key}`, circuit[key], circuit[key] >= 1, 'a number from 1')
  check('circuit.minimumSamples', circuit.minimumSamples, circuit.minimumSamples >= 0, 'a number from 0')
  for (const key of ['failureRatio', 'jitter'] as const)
    check(`circuit.${key}`, circuit[key], circuit[key] >= 0 && circuit[key] <= 1, 'a number from 0 to 1')
  for (const key of ['probeShare', 'trialShare'] as const)
    check(key, options[key], options[key] >= 0 && options[key] <= 1, 'a number from 0 to 1')
  check('trust', options.trust, options.trust >= 1 && options.trust <= 2, 'a number from 1 to 2')
  check('maxInflight', options.maxInflight, options.maxInflight >= 1, 'a number from 1')
  check('slowMs', options.slowMs, options.slowMs > options.fastMs, 'above fastMs')
  check('candidates', options.candidates, options.candidates === 1 || options.candidates === 2, '1 or 2')
  check('strategy', options.strategy, STRATEGIES.includes(options.strategy), STRATEGIES.join(', '))
  const parts = [weights.success, weights.speed, weights.reliability]
  const areWeights = parts.every((part) => part >= 0 && Number.isFinite(part)) && parts.some((part) => part > 0)
  check('weights', parts.join(), areWeights, 'numbers from 0, not all 0')
  return options
}

function check(name: string, value: number | string, holds: boolean, wanted: string): void {
  if (holds) return
  throw new ProxyScoringError('PROXY_OPTION_INVALID', `The option ${name} can't be ${value}.`, {
    hint: `It is ${wanted}.`,
  })
}

/** An option that is given as `undefined` is not given. */
function withoutUndefined<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never
}
