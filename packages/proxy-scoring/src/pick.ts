import type { Entry } from './entry.ts'
import { ProxyScoringError } from './errors.ts'
import { type ResolvedOptions, STRATEGIES } from './options.ts'
import type { Pool } from './pool.ts'
import type { AcquireOptions } from './types.ts'

export type PickOptions = AcquireOptions

/**
 * The pool's entry that fits best now. A half-open one is tried by a small part of the picks, and when nobody else is left; one that nobody ever
 * used, or nobody for long, by a small part of the weighted picks. Somebody on his second try (`excluded`) is not sent to either as long as there are others. A sticky key probes no proxy but its own,
 * to which it returns thereby.
 */
export function pick(
  pool: Pool,
  excluded: readonly Entry[],
  options: PickOptions,
  defaults: ResolvedOptions,
): Entry | undefined {
  if (excluded.length > 0)
    return pool.without(excluded, () => choose(pool, options, defaults) ?? firstProbe(pool, excluded))
  const probe = pool.probes.size === 0 ? undefined : dueProbe(pool, options, defaults)
  if (probe !== undefined) return probe
  const trial = dueTrial(pool, options, defaults)
  if (trial !== undefined) return trial
  return choose(pool, options, defaults) ?? firstProbe(pool)
}

function dueProbe(pool: Pool, { stickyKey }: PickOptions, defaults: ResolvedOptions): Entry | undefined {
  if (stickyKey !== undefined) {
    const home = pool.home(stickyKey)
    return home?.awaitsProbe ? home : undefined
  }
  return defaults.random() < probeShare(pool, defaults) ? firstProbe(pool) : undefined
}

/**
 * By its weight alone, one in a fleet of hundreds with little traffic might never be tried, however good it is; and of two draws the one with the
 * lowest score of all never wins while the others are idle, however little its score still means.
 */
function dueTrial(pool: Pool, options: PickOptions, defaults: ResolvedOptions): Entry | undefined {
  if (!pool.hasTrials || options.stickyKey !== undefined) return undefined
  if ((options.strategy ?? defaults.strategy) !== 'weighted' || defaults.random() >= defaults.trialShare)
    return undefined
  return pool.trial()
}

function choose(pool: Pool, options: PickOptions, defaults: ResolvedOptions): Entry | undefined {
  if (options.stickyKey !== undefined) return pool.sticky(options.stickyKey)
  switch (options.strategy ?? defaults.strategy) {
    case 'round-robin':
      return pool.roundRobin()
    case 'least-loaded':
      return pool.leastLoaded(defaults.random)
    case 'random':
      return pool.random(defaults.random)
    case 'weighted':
      return pool.weighted(defaults.candidates, defaults.random)
    default:
      throw new ProxyScoringError('PROXY_OPTION_INVALID', 'There is no such strategy.', {
        hint: `It is one of ${STRATEGIES.join(', ')}.`,
      })
  }
}

/** In a small fleet one in twenty would keep a recovered proxy waiting for long. */
function probeShare(pool: Pool, { probeShare: share }: ResolvedOptions): number {
  return share === 0 ? 0 : Math.max(share, 0.5 / pool.members.length)
}

function firstProbe(pool: Pool, except: readonly Entry[] = []): Entry | undefined {
  for (const entry of pool.probes) if (!except.includes(entry)) return entry
  return undefined
}
