import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { systemClock } from './clock.ts'

it.each([[Number.POSITIVE_INFINITY], [2 ** 31]])(
  'waits %d milliseconds until it is told to stop, not for one',
  async (ms) => {
    const stop = new AbortController()
    let over = false
    const wait = systemClock.wait(ms, stop.signal).finally(() => {
      over = true
    })
    // Timers that are due end in the order of their times.
    await delay(5)
    expect(over).toBe(false)
    stop.abort()
    await expect(wait).rejects.toMatchObject({ name: 'AbortError' })
  },
)
