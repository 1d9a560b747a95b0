import { SimpleIntervalJob, Task } from 'toad-scheduler'
import type { Clock, Instant } from './types.ts'

/**
 * Longest sleep, in ms. Timers do not count the time a machine is suspended and know nothing of a clock that is set,
 * so the wall clock is read at least this often.
 */
export const LONGEST_SLEEP_MS = 30_000

/**
 * The system's wall clock. Wake-ups are toad-scheduler jobs that are never added to a scheduler: adding and removing
 * jobs there keeps them for ever, while one that stops itself in its own handler is garbage afterwards.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  wakeAt: (at, wake) => sleepUntil(at, wake, Date.now, arm),
}

/** Arms one timer of at least 1 ms; returns its disarm. */
type Arm = (delayMs: number, fire: () => void) => () => void

/** Sleeps in legs of at most `LONGEST_SLEEP_MS`, reading the clock after each; never wakes early. */
export function sleepUntil(at: Instant, wake: () => void, now: () => Instant, armTimer: Arm): () => void {
  let disarm: () => void
  const leg = (): void => {
    const delayMs = Math.min(Math.max(Math.ceil(at - now()), 1), LONGEST_SLEEP_MS)
    disarm = armTimer(delayMs, () => {
      if (now() >= at) wake()
      else leg()
    })
  }
  leg()
  return () => disarm()
}

const arm: Arm = (delayMs, fire) => {
  const task = new Task(
    'wake-up',
    () => {
      job.stop()
      fire()
    },
    // Toad would swallow it into its log; an error here is a bug of ours and has to surface.
    (error: Error) => {
      queueMicrotask(() => {
        throw error
      })
    },
  )
  const job = new SimpleIntervalJob({ milliseconds: delayMs }, task)
  job.start()
  return () => job.stop()
}
