import { describe, expect, it } from 'vitest'
import { LONGEST_SLEEP_MS, sleepUntil, systemClock } from './clock.ts'

/** Timers by hand: each entry is a leg of the sleep. */
function bench(start: number) {
  const state = { now: start, delays: [] as number[], fire: (): void => {}, disarmed: 0, woken: 0 }
  const armTimer = (delayMs: number, fire: () => void) => {
    state.delays.push(delayMs)
    state.fire = fire
    return () => {
      state.disarmed++
    }
  }
  const sleep = (at: number) =>
    sleepUntil(
      at,
      () => state.woken++,
      () => state.now,
      armTimer,
    )
  return { state, sleep }
}

describe('a sleep', () => {
  it('is cut into legs of 30 s, and ends after the last', () => {
    const { state, sleep } = bench(0)
    sleep(70_000)
    for (const now of [30_000, 60_000, 70_000]) {
      expect(state.woken).toBe(0)
      state.now = now
      state.fire()
    }
    expect(state.delays).toEqual([LONGEST_SLEEP_MS, LONGEST_SLEEP_MS, 10_000])
    expect(state.woken).toBe(1)
  })

  it('sees a suspend at the end of its leg', () => {
    const { state, sleep } = bench(0)
    sleep(3_600_000)
    state.now = 8 * 3_600_000
    state.fire()
    expect(state.woken).toBe(1)
  })

  it('goes on when a timer fires early, and when the clock was set back', () => {
    const { state, sleep } = bench(0)
    sleep(1000)
    state.now = 999
    state.fire()
    state.now = -5000
    state.fire()
    expect(state.woken).toBe(0)
    expect(state.delays).toEqual([1000, 1, 6000])
  })

  it('can be taken back in any leg', () => {
    const { state, sleep } = bench(0)
    const disarm = sleep(70_000)
    state.now = 30_000
    state.fire()
    disarm()
    expect(state.disarmed).toBe(1)
  })

  it('arms no longer than a timer can, and at least a millisecond', () => {
    const { state, sleep } = bench(0)
    sleep(Number.MAX_SAFE_INTEGER)
    sleep(-1)
    expect(state.delays).toEqual([LONGEST_SLEEP_MS, 1])
  })
})

describe('the system clock', () => {
  it('wakes at or after the instant, once', async () => {
    const at = systemClock.now() + 15
    const woken = await new Promise<number>((resolve) => systemClock.wakeAt(at, () => resolve(systemClock.now())))
    expect(woken).toBeGreaterThanOrEqual(at)
  })

  it('holds no handle once its wake-ups are over or taken back', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    const disarm = systemClock.wakeAt(systemClock.now() + 3_600_000, () => {})
    expect(timers()).toBe(before + 1)
    disarm()
    await new Promise<void>((resolve) => systemClock.wakeAt(systemClock.now(), resolve))
    expect(timers()).toBe(before)
  })
})
