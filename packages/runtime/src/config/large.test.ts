import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig, validateConfig } from './load.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'refbot config ü '))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

const writeJson = (config: unknown) => writeFileSync(join(cwd, 'refbot.config.json'), JSON.stringify(config, null, 2))
const load = () => loadConfig({ cwd, env: {} })
const check = () => validateConfig({ cwd, env: {} })

describe('a configuration with 10,000 proxies and 10,000 alerts', () => {
  const many = <Entry>(entry: (index: number) => Entry) => Array.from({ length: 10_000 }, (_, index) => entry(index))
  /** CPU rather than wall time, and the best of three, so that a busy machine changes nothing. */
  const cpuMs = async (act: () => Promise<unknown>) => {
    const rounds: number[] = []
    for (let round = 0; round < 3; round += 1) {
      const before = process.cpuUsage()
      await act()
      const { user, system } = process.cpuUsage(before)
      rounds.push((user + system) / 1000)
    }
    return Math.min(...rounds)
  }

  it('is read in less than a second of CPU', async () => {
    const proxies = many((index) => `http://user${index}:secret${index}@host${index}.test:8080`)
    writeJson({ proxies, alerts: many((index) => ({ metric: `m${index}`, above: index })) })
    expect(await cpuMs(load)).toBeLessThan(1000)
    expect((await load()).config).toMatchObject({ proxies: { length: 10_000 }, alerts: { length: 10_000 } })
  })

  it('is refused as fast when every entry is wrong, each with its line', async () => {
    writeJson({ proxies: many((index) => `host${index}`), alerts: many(() => ({ metrik: 'x' })) })
    expect(await cpuMs(check)).toBeLessThan(1000)
    const { problems: found } = await check()
    expect(found.length).toBeGreaterThanOrEqual(30_000)
    expect(found.every(({ line }) => line !== undefined)).toBe(true)
    expect(found.find(({ path }) => path === 'proxies.9999')).toMatchObject({ line: 10_002 })
  })

  it('with 10,000 jobs is read as fast, and names every wrong one', async () => {
    const plans = many((index) => ({ id: `job-${index}`, plugin: 'hello', cron: `${index % 60} * * * *` }))
    writeJson({ jobs: plans })
    expect(await cpuMs(load)).toBeLessThan(1000)
    expect((await load()).config.jobs).toHaveLength(10_000)
    writeJson({ jobs: plans.map((each) => ({ ...each, cron: '61 * * * *' })) })
    const { problems: found } = await check()
    expect(found).toHaveLength(10_000)
    expect(found.at(-1)).toMatchObject({ path: 'jobs.9999.cron', line: expect.any(Number) })
  })
})
