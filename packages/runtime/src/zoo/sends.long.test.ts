import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openZoo, type Zoo } from './zoo.ts'

const MB = 1024 * 1024

let zoo: Zoo
beforeAll(async () => {
  zoo = await openZoo()
  await zoo.run('throws')
})
afterAll(() => zoo[Symbol.asyncDispose]())

/** By how much the host grew at most while this went on, in MB. */
async function growth(work: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage.rss()
  let peak = before
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, 5)
  await work().finally(() => clearInterval(timer))
  return (peak - before) / MB
}

describe.runIf(process.platform === 'linux')('500 MB that a plugin really sends', { timeout: 300_000 }, () => {
  it.each([
    ['as one message', { frameBytes: 500 * MB, frames: 1 }, 'PLUGIN_FRAME_TOO_LARGE'],
    [
      'as messages of the size that is allowed, none of which is one',
      { frameBytes: MB, frames: 500 },
      'PLUGIN_PROTOCOL_BROKEN',
    ],
  ])('%s end its run, and leave the memory of its host flat', async (_, settings, code) => {
    const grown = await growth(async () => {
      expect(await zoo.run('sends-on', settings)).toMatchObject({ status: 'failed', attempts: [{}], error: { code } })
    })
    expect(grown).toBeLessThan(64)
    expect(zoo.strays()).toEqual([])
  })

  it('in calls whose answers it does not wait for fill its own memory, and not that of its host', async () => {
    const grown = await growth(async () => {
      const run = await zoo.run('asks-on', { calls: 500, bytes: 0.95 * MB })
      expect(run).toMatchObject({ status: 'failed', error: { code: 'PLUGIN_OUT_OF_MEMORY' } })
    })
    expect(grown).toBeLessThan(192)
    expect(zoo.strays()).toEqual([])
  })
})
