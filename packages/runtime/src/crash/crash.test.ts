import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRefbot } from '../index.ts'
import { stateOf } from './campaign.ts'

const fixtures = join(import.meta.dirname, '..', 'fixtures')
const pluginsDir = join(fixtures, 'plugins')
let dataDir: string
const hosts: ChildProcess[] = []

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'refbot-crash-'))
})
afterEach(() => {
  for (const child of hosts.splice(0)) child.kill('SIGKILL')
  rmSync(dataDir, { recursive: true, force: true })
})

function host(name: string) {
  const file = join(fixtures, `${name}.ts`)
  const child = spawn(process.execPath, ['--conditions=@refbot/source', file, dataDir, pluginsDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  hosts.push(child)
  return child
}

describe('a host that is killed', { timeout: 60_000 }, () => {
  it('between the commit of a claim and the start of its task leaves a run that the next start finds abandoned', async () => {
    const [, signal] = await once(host('killed-after-claim'), 'exit')
    expect(signal).toBe('SIGKILL')

    await using bot = await createRefbot({ dataDir, pluginsDir })
    expect(await bot.runs.list()).toMatchObject([{ plugin: 'hello', status: 'running' }])
    await bot.start()
    expect(await bot.runs.list()).toMatchObject([{ plugin: 'hello', status: 'failed', reason: 'abandoned' }])
    expect(await bot.store.pluginValues.list('hello', '')).toEqual([])
  })

  it('takes the processes of its plugins with it, even one that never yields', async () => {
    const child = host('killed-while-running')
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    const pid = Number(line.replace('pid ', ''))
    expect(stateOf(pid)).toMatch(/[RSD]/)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await vi.waitFor(() => expect(stateOf(pid)).toMatch(/^Z?$/), { timeout: 20_000 })
  })
})
