import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stateOf } from '../crash/campaign.ts'
import { groupBegan, groupEnded, Reaper } from './reaper.ts'

const HOST = join(import.meta.dirname, '..', 'fixtures', 'looping-host.ts')

describe.runIf(process.platform === 'linux')('the reaper', { timeout: 60_000 }, () => {
  it.each(['linux', 'darwin'])('ends what never yields when its host is killed: %s', async (platform) => {
    const host = spawn(process.execPath, ['--conditions=@refbot/source', HOST, platform], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [said] = (await once(host.stdout, 'data')) as [Buffer]
    const pid = Number(said)
    try {
      expect(stateOf(pid)).toMatch(/[RSD]/)
      host.kill('SIGKILL')
      await expect.poll(() => stateOf(pid), { timeout: 20_000 }).toMatch(/^[ZX]?$/)
    } finally {
      if (/[RSD]/.test(stateOf(pid))) process.kill(pid, 'SIGKILL')
    }
  })

  it('leaves a group alone that ended before its host, whoever has its number now', async () => {
    const reaper = new Reaper('b-host', 'darwin')
    const stays = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' })
    const goes = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' })
    try {
      for (const { pid = 0 } of [stays, goes]) groupBegan(pid)
      groupEnded(stays.pid ?? 0)
      const gone = once(goes, 'exit')
      reaper.hangUp()
      expect(await gone).toEqual([null, 'SIGKILL'])
      expect(stays.signalCode).toBeNull()
    } finally {
      stays.kill('SIGKILL')
      await reaper[Symbol.asyncDispose]()
    }
  })
})
