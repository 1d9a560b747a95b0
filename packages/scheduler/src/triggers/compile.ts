import { SchedulerError } from '../errors.ts'
import type { Instant, Trigger } from '../types.ts'
import { CronTimes } from './cron-times.ts'
import { every, once, type Times, within } from './times.ts'
import { parseCron, type WallPattern } from './wall-pattern.ts'
import { WeakCache } from './weak-cache.ts'
import { Zone } from './zone.ts'

/** Turns triggers into series of due instants; equal expressions and zones share one instance. */
export class TriggerCompiler {
  readonly #timeZone: string
  readonly #patterns = new WeakCache<WallPattern>()
  readonly #zones = new Map<string, ZonedCrons>()

  /** @throws SchedulerError `UNKNOWN_TIME_ZONE` */
  constructor(timeZone: string) {
    this.#timeZone = timeZone
    this.#zone(timeZone)
  }

  /**
   * @param added when the job was added: the default anchor of an interval
   * @throws SchedulerError `INVALID_TRIGGER`, `INVALID_CRON`, `INVALID_INTERVAL`, `UNKNOWN_TIME_ZONE`
   */
  compile(trigger: Trigger, added: Instant): Times {
    switch (trigger?.type) {
      case 'cron': {
        checkBounds(trigger)
        if (typeof trigger.expression !== 'string') throw invalidTrigger('a cron trigger needs an `expression`')
        return within(this.#cron(trigger.expression, trigger.timeZone ?? this.#timeZone), trigger.start, trigger.end)
      }
      case 'interval': {
        checkBounds(trigger)
        checkInterval(trigger.everyMs)
        if (trigger.from !== undefined && trigger.from !== 'anchor' && trigger.from !== 'last-end') {
          throw invalidTrigger('`from` has to be anchor or last-end')
        }
        if (trigger.anchor !== undefined) checkInstant(trigger.anchor, 'anchor')
        return within(every(trigger.everyMs, trigger.anchor ?? added), trigger.start, trigger.end)
      }
      case 'at':
        checkInstant(trigger.at, 'at')
        return once(trigger.at)
      default:
        throw invalidTrigger('its `type` has to be cron, interval or at')
    }
  }

  #cron(expression: string, timeZone: string): CronTimes {
    const { zone, crons } = this.#zone(timeZone)
    return crons.get(expression, () => {
      return new CronTimes(
        this.#patterns.get(expression, () => parseCron(expression)),
        zone,
      )
    })
  }

  #zone(name: string): ZonedCrons {
    const known = this.#zones.get(name)
    if (known !== undefined) return known
    const zoned = { zone: new Zone(name), crons: new WeakCache<CronTimes>() }
    this.#zones.set(name, zoned)
    return zoned
  }
}

interface ZonedCrons {
  readonly zone: Zone
  readonly crons: WeakCache<CronTimes>
}

/** The latest instant that a `Date` can hold. */
const LAST_INSTANT = 8_640_000_000_000_000

function checkInstant(value: unknown, name: string): void {
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= LAST_INSTANT) return
  throw invalidTrigger(`\`${name}\` has to be whole epoch milliseconds`)
}

function checkInterval(everyMs: unknown): void {
  if (typeof everyMs === 'number' && Number.isInteger(everyMs) && everyMs >= 1 && everyMs <= LAST_INSTANT) return
  throw new SchedulerError(
    'INVALID_INTERVAL',
    `An interval of ${String(everyMs)} ms is not possible.`,
    'Give `everyMs` as a whole number of milliseconds, 1 or more.',
  )
}

function checkBounds(trigger: { start?: unknown; end?: unknown; jitterMs?: unknown }): void {
  if (trigger.start !== undefined) checkInstant(trigger.start, 'start')
  if (trigger.end !== undefined) checkInstant(trigger.end, 'end')
  const { jitterMs } = trigger
  if (jitterMs === undefined || (typeof jitterMs === 'number' && jitterMs >= 0 && jitterMs <= LAST_INSTANT)) return
  throw invalidTrigger('`jitterMs` has to be 0 or more milliseconds')
}

function invalidTrigger(why: string): SchedulerError {
  return new SchedulerError(
    'INVALID_TRIGGER',
    `This is no trigger: ${why}.`,
    "Use { type: 'cron', expression }, { type: 'interval', everyMs } or { type: 'at', at }.",
  )
}
