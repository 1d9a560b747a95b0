import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { INSTANCE_VARIABLE, markedProcesses } from '../host/index.ts'
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

function host(name: string, ...more: string[]) {
  const file = join(fixtures, `${name}.ts`)
  const child = spawn(process.execPath, ['--conditions=@refbot/source', file, dataDir, pluginsDir, ...more], {
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

  it('takes all processes of its plugins with it: of one that never yields, and what detached itself', async () => {
    const plugins = ['stubborn', 'waits', 'strays']
    const child = host('killed-while-running', ...plugins)
    const pids: number[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      if (pids.push(Number(line.replace('pid ', ''))) === plugins.length) break
    }
    expect(pids.map(stateOf)).toEqual(plugins.map(() => expect.stringMatching(/[RSD]/)))
    expect(markedProcesses(INSTANCE_VARIABLE, dataDir)).toEqual(expect.arrayContaining(pids))
    child.kill('SIGKILL')
    await once(child, 'exit')
    await expect.poll(() => markedProcesses(INSTANCE_VARIABLE, dataDir), { timeout: 20_000 }).toEqual([])
    expect(pids.map(stateOf)).toEqual(plugins.map(() => expect.stringMatching(/^Z?$/)))
  })
})
