import type { EventData, EventType } from './event-types.ts'
import type { Executor } from './statement.ts'

/** What an operation works with: one transaction, its clock reading, and the events that commit with it. */
export interface Unit extends Executor {
  /** Epoch milliseconds. */
  readonly now: number
  /** False while the disk is nearly full, or cannot be written to. */
  readonly runsMayStart: boolean
  /** Appends an event to this transaction; it is delivered once that is committed. */
  emit<Type extends EventType>(type: Type, data: EventData[Type]): Promise<void>
}

/**
 * A whole operation: it crosses to the store's thread in one call and runs in one transaction.
 * `durable` ones are on disk before they are acknowledged; the others may lose their last second to a power cut.
 */
export interface Operation<Args = never, Result = unknown> {
  readonly durable: boolean
  /** It only adds: on a full disk it is refused, so that the last room is left to what ends runs and deletes. */
  readonly adds?: true
  /** It can wait: it lets what nobody can put off go first. */
  readonly background?: true
  readonly run: (unit: Unit, args: Args) => Promise<Result>
}

export function durable<Args, Result>(run: (unit: Unit, args: Args) => Promise<Result>): Operation<Args, Result> {
  return { durable: true, run }
}

export function relaxed<Args, Result>(run: (unit: Unit, args: Args) => Promise<Result>): Operation<Args, Result> {
  return { durable: false, run }
}

export function adding<Args, Result>(operation: Operation<Args, Result>): Operation<Args, Result> {
  return { ...operation, adds: true }
}

export function background<Args, Result>(operation: Operation<Args, Result>): Operation<Args, Result> {
  return { ...operation, background: true }
}
