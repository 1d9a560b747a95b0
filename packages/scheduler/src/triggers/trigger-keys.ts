import { SchedulerError } from '../errors.ts'
import type { AtTrigger, CronTrigger, IntervalTrigger, Trigger, TriggerBounds } from '../types.ts'

type Keys<T> = Readonly<Record<keyof T, true>>

const BOUNDS: Keys<TriggerBounds> = { start: true, end: true, jitterMs: true }
const CRON: Keys<CronTrigger> = { type: true, expression: true, timeZone: true, ...BOUNDS }
const INTERVAL: Keys<IntervalTrigger> = { type: true, everyMs: true, from: true, anchor: true, ...BOUNDS }
const AT: Keys<AtTrigger> = { type: true, at: true }
const KEYS = { cron: CRON, interval: INTERVAL, at: AT }

/**
 * A misspelt key would go unnoticed, and with it a time zone. Triggers of unknown types are left to the compiler, and
 * so is what comes out of a store, which may have been put there by a later version.
 * @throws SchedulerError `INVALID_TRIGGER`
 */
export function checkTriggerKeys(trigger: Trigger): void {
  if (typeof trigger !== 'object' || trigger === null || !Object.hasOwn(KEYS, trigger.type)) return
  const known = KEYS[trigger.type]
  const unknown = Object.keys(trigger).find((key) => !Object.hasOwn(known, key))
  if (unknown === undefined) return
  throw new SchedulerError(
    'INVALID_TRIGGER',
    `This is no trigger: ${JSON.stringify(unknown)} is no key of type ${trigger.type}.`,
    `Its keys are ${Object.keys(known).join(', ')}.`,
  )
}
