import { describe, expect, it } from 'vitest'
import { BasePlugin, type PluginContext, StoppedError, z } from './index.ts'
import { createTestContext, type TestContext } from './testing/index.ts'

interface Settings {
  readonly rounds: number
  readonly breaks?: boolean
}

class Rounds extends BasePlugin<Settings> {
  static override readonly config = z.object({ rounds: z.int(), breaks: z.boolean().optional() })
  readonly errors: unknown[] = []
  readonly samples: string[] = []
  /** Resolved at each checkpoint that was passed. */
  passed = Promise.withResolvers<void>()

  /** What a round waits for beside its host. */
  work: Promise<void> = Promise.resolve()

  override onError(error: unknown): void {
    this.errors.push(error)
  }

  override onMetric(name: string, value: number): void {
    this.samples.push(`${name} ${value}`)
  }

  async execute({ config, checkpoint, metrics, sleep }: PluginContext<Settings>) {
    for (let round = 1; round <= config.rounds; round += 1) {
      await checkpoint()
      metrics.record('round', round)
      this.passed.resolve()
      this.passed = Promise.withResolvers()
      await this.work
      await sleep(1000)
    }
    if (config.breaks) throw new Error('broken')
    return { rounds: config.rounds }
  }
}

/** An instance on a host of its own, in memory; its clock stands still unless it is told otherwise. */
function connected(config: Settings, { jumps = false } = {}): { plugin: Rounds; host: TestContext<Settings> } {
  const host = createTestContext<Settings>({ config })
  host.clock.autoAdvance = jumps
  const plugin = new Rounds()
  plugin.bind({
    context: host.context as never,
    pause: host.pause,
    resume: host.resume,
    stop: host.stop,
    held: () => host.held,
  })
  return { plugin, host }
}

const held = (host: TestContext<Settings>) => new Promise<boolean>((resolve) => host.onHeld(resolve))

describe('a plugin as a class', () => {
  it('is idle before and after a run, and counts what became of it', async () => {
    const { plugin } = connected({ rounds: 2 }, { jumps: true })
    expect(plugin.status).toBe('idle')
    const [run, joined] = [plugin.start(), plugin.start()]
    expect([plugin.status, await run, await joined]).toEqual(['running', { rounds: 2 }, { rounds: 2 }])
    expect(plugin.status).toBe('idle')
    expect(plugin.getMetrics()).toEqual({ runs: 1, succeeded: 1, failed: 0, values: { round: 2 } })
    expect(plugin.samples).toEqual(['round 1', 'round 2'])
  })

  it('is told of each sample, of those that are timed too', async () => {
    class Timed extends Rounds {
      override async execute({ metrics }: PluginContext<Settings>) {
        return { rounds: await metrics.time('asked', () => 7) }
      }
    }
    const host = createTestContext<Settings>({ config: { rounds: 1 } })
    const plugin = new Timed()
    plugin.bind({ context: host.context as never })
    expect(await plugin.start()).toEqual({ rounds: 7 })
    expect(plugin.samples).toEqual(['asked 0', 'asked.success 1'])
    expect(host.metrics.map(({ name }) => name)).toEqual(['asked', 'asked.success'])
  })

  it('is told what its execute threw, before its host is', async () => {
    const { plugin } = connected({ rounds: 0, breaks: true })
    await expect(plugin.start()).rejects.toThrow('broken')
    expect(plugin.errors).toEqual([expect.objectContaining({ message: 'broken' })])
    expect([plugin.status, plugin.getMetrics().failed]).toEqual(['error', 1])
  })

  it('is paused once it waits at a checkpoint, not before, and goes on when it is resumed', async () => {
    const { plugin, host } = connected({ rounds: 2 }, { jumps: true })
    const work = Promise.withResolvers<void>()
    plugin.work = work.promise
    const run = plugin.start()
    await plugin.passed.promise
    plugin.pause()
    expect(plugin.status).toBe('running')
    const rests = held(host)
    work.resolve()
    expect([await rests, plugin.status]).toEqual([true, 'paused'])
    plugin.resume()
    expect(plugin.status).toBe('running')
    expect(await run).toEqual({ rounds: 2 })
  })

  it('is stopped once its run has ended, which is no error of its own', async () => {
    const { plugin } = connected({ rounds: 9 })
    const run = plugin.start()
    run.catch(() => undefined)
    await plugin.passed.promise
    await plugin.stop()
    expect([plugin.status, plugin.errors]).toEqual(['stopped', []])
    await expect(run).rejects.toThrow(StoppedError)
  })

  it('minds neither a pause nor a stop while nothing runs', async () => {
    const { plugin } = connected({ rounds: 1 })
    plugin.pause()
    plugin.resume()
    expect(plugin.status).toBe('idle')
    await plugin.stop()
    expect(plugin.status).toBe('stopped')
  })

  it('says that it has no host where it has none', async () => {
    const plugin = new Rounds()
    expect(() => plugin.getConfig()).toThrow('not connected to a host')
    await expect(plugin.start()).rejects.toThrow('not connected to a host')
  })
})
