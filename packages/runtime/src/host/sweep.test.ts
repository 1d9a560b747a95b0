import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { INSTANCE_VARIABLE, sweepProcesses } from './sweep.ts'

async function sleeper(instance: string) {
  const child = spawn(process.execPath, ['--eval', 'console.log("up"); setInterval(() => {}, 60_000)'], {
    env: { [INSTANCE_VARIABLE]: instance },
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await once(child.stdout, 'data')
  return child
}

describe.runIf(process.platform === 'linux')('sweepProcesses', () => {
  it('ends the detached processes of one instance, and of no other', async () => {
    const ours = await sleeper('/data/a')
    const theirs = await sleeper('/data/a/b')
    try {
      expect(sweepProcesses(INSTANCE_VARIABLE, '/data/a')).toEqual([ours.pid])
      expect(await once(ours, 'exit')).toEqual([null, 'SIGKILL'])
      expect(theirs.exitCode).toBeNull()
      expect(sweepProcesses(INSTANCE_VARIABLE, '/data/a')).toEqual([])
    } finally {
      theirs.kill('SIGKILL')
    }
  })
})
