import { checkArgument } from '../numbers.ts'
import type { Instant, Trigger } from '../types.ts'
import { TriggerCompiler } from './compile.ts'
import type { Times } from './times.ts'
import { checkTriggerKeys } from './trigger-keys.ts'
import { WeakCache } from './weak-cache.ts'

/** A zone costs a third of a millisecond to look up, and callers ask for many triggers in a row. */
const compilers = new WeakCache<TriggerCompiler>()

/**
 * The next `n` due instants of a trigger after `from`, oldest first; fewer where it ends. Pure: jitter is left out, and
 * an interval without an anchor counts from `from`.
 * @param n 0 or more
 * @param timeZone of cron triggers that name none; default UTC
 * @throws SchedulerError `INVALID_ARGUMENT`, and what `add` throws for a trigger
 */
export function nextRuns(trigger: Trigger, n: number, from: Instant, timeZone = 'UTC'): Instant[] {
  checkArgument('from', from, { whole: true })
  checkTriggerKeys(trigger)
  const times = compilers.get(timeZone, () => new TriggerCompiler(timeZone)).compile(trigger, from)
  // A one-shot is due at its instant, `from` included, as it is for the scheduler.
  return take(times, n, trigger.type === 'at' ? from - 1 : from)
}

/** The next `n` of a series after `from`. @throws SchedulerError `INVALID_ARGUMENT` */
export function take(times: Times, n: number, from: Instant): Instant[] {
  checkArgument('n', n, { least: 0, whole: true })
  const runs: Instant[] = []
  for (let next = times.next(from); next !== undefined && runs.length < n; next = times.next(next)) runs.push(next)
  return runs
}
