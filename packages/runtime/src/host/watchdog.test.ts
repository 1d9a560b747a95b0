import { describe, expect, it } from 'vitest'
import type { RunFailure } from './failure.ts'
import { type ProcessUsage, readUsage } from './usage.ts'
import { Watchdog } from './watchdog.ts'

const MB = 1024 * 1024

function watched(usage: () => ProcessUsage | undefined) {
  let at = 0
  const over: RunFailure[] = []
  const dog = new Watchdog({
    pid: 1,
    limits: { memoryBytes: 100 * MB, hangMs: 5000 },
    onOver: (failure) => over.push(failure),
    now: () => at,
    usage,
  })
  dog[Symbol.dispose]()
  /** Lets time pass, looked at as often as in use. */
  const pass = (ms: number) => {
    for (const end = at + ms; at < end; ) {
      at += 250
      dog.look()
    }
  }
  return { dog, over, pass, jump: (ms: number) => (at += ms) }
}

describe('a watched process', () => {
  it('is over when it holds more memory than its limit, once', () => {
    let rssBytes = 90 * MB
    const { over, pass, dog } = watched(() => ({ rssBytes, cpuMs: 40 }))
    pass(1000)
    expect(over).toEqual([])
    rssBytes = 130 * MB
    pass(1000)
    expect(over).toMatchObject([
      { code: 'PLUGIN_OUT_OF_MEMORY', message: expect.stringContaining('130 MB'), retryable: true },
    ])
    expect(dog.used).toEqual({ peakRssBytes: 130 * MB, cpuMs: 40 })
  })

  it('is over when it has not turned for too long, and not while it beats', () => {
    const { dog, over, pass } = watched(() => undefined)
    for (let n = 0; n < 20; n += 1) {
      pass(1000)
      dog.beat({ rssBytes: MB, cpuMs: n })
    }
    expect(over).toEqual([])
    pass(5500)
    expect(over).toMatchObject([{ code: 'PLUGIN_HUNG' }])
  })

  it('is not blamed for what its host slept through', () => {
    const { over, jump, pass } = watched(() => undefined)
    jump(60_000)
    pass(1000)
    expect(over).toEqual([])
  })

  it('is believed in what it says of itself only where the kernel does not tell', () => {
    const told = watched(() => ({ rssBytes: 10 * MB, cpuMs: 1 }))
    told.dog.beat({ rssBytes: 900 * MB, cpuMs: 1 })
    expect(told.over).toEqual([])
    const untold = watched(() => undefined)
    untold.dog.beat({ rssBytes: 900 * MB, cpuMs: 1 })
    expect(untold.over).toHaveLength(1)
  })
})

it.runIf(process.platform === 'linux')('reads what this process uses, near enough', () => {
  const { rssBytes, cpuMs } = readUsage(process.pid) ?? { rssBytes: 0, cpuMs: 0 }
  expect(rssBytes / process.memoryUsage.rss()).toBeGreaterThan(0.5)
  expect(rssBytes / process.memoryUsage.rss()).toBeLessThan(2)
  const { user, system } = process.cpuUsage()
  expect(Math.abs(cpuMs - (user + system) / 1000)).toBeLessThan(1000)
})
