import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { call, MAIN, program, server, workFolder } from '../test-support.ts'

interface Line {
  readonly id: number
  readonly level: string
  readonly message: string
  readonly runId?: string
  readonly fields?: Readonly<Record<string, unknown>>
}
const parsed = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)

describe('the logs of a server', () => {
  it('are read and followed from the command line, those of runs included', async () => {
    using folder = workFolder()
    const options = { cwd: folder.path }
    await using running = await server(['start', '--port', '0'], options)
    await using following = program(['logs', '--follow', '--json', '--level', 'debug', '--limit', '1'], options)
    await following.until(() => following.output.stdout.includes('\n'))
    const started = await call(['plugin', 'start', 'hello', '--json'], options)
    const { id } = JSON.parse(started.stdout) as { id: string }
    await following.until(() => following.output.stdout.includes('"run ended"'))
    const followed = parsed(following.output.stdout).filter(({ runId }) => runId === id)

    const read = parsed((await call(['logs', '--run', id, '--json'], options)).stdout)
    expect(read.slice(0, followed.length)).toEqual(followed)
    expect(followed.map(({ message }) => message)).toEqual(expect.arrayContaining(['run started', 'run ended']))

    const shown = await call(['logs', '--since', '10m'], options)
    expect(shown.stdout).toMatch(/● info {2,3}hello \S+ {2}run ended {2}.*outcome=success/)
    expect(await call(['logs', '--plugin', 'other', '--json'], options)).toMatchObject({ code: 0, stdout: '' })
    expect(await call(['logs', '--run', 'none'], options)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('RUN_UNKNOWN'),
    })
    expect(await call(['logs', '--since', 'soon'], options)).toMatchObject({ code: 2 })
    running.child.kill('SIGTERM')
    expect(await running.ended).toBe(0)
  })

  it('are JSON lines on the stdout of a server that nobody watches, from its start to its end with the reason', async () => {
    using folder = workFolder()
    await using running = program(['start', '--port', '0'], { cwd: folder.path })
    await running.until(() => running.output.stdout.includes('"ready"'))
    running.child.kill('SIGTERM')
    expect(await running.ended).toBe(0)
    const said = parsed(running.output.stdout)
    const stored = parsed(readFileSync(join(folder.path, '.refbot/logs/service.ndjson'), 'utf8'))
    expect(said).toEqual(stored)
    const messages = said.map(({ message }) => message)
    expect(messages.filter((each) => ['starting', 'started', 'ready', 'stopping', 'stopped'].includes(each))).toEqual([
      'starting',
      'started',
      'ready',
      'stopping',
      'stopped',
    ])
    expect(said.find(({ message }) => message === 'stopping')).toMatchObject({
      fields: { reason: 'signal', signal: 'SIGTERM' },
    })
  })

  it('end no server whose stdout and stderr are closed', async () => {
    using folder = workFolder()
    const child = spawn(process.execPath, ['--conditions=@refbot/source', MAIN, 'start', '--port', '0'], {
      cwd: folder.path,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    try {
      await new Promise((resolve) => child.stdout.once('data', resolve))
      child.stdout.destroy()
      child.stderr.destroy()
      const options = { cwd: folder.path }
      while ((await call(['plugin', 'list'], options)).code !== 0);
      expect(await call(['plugin', 'start', 'hello'], options)).toMatchObject({ code: 0 })
      expect((await call(['logs'], options)).stdout).toContain('run started')
      child.kill('SIGTERM')
      expect(await ended).toBe(0)
    } finally {
      child.kill('SIGKILL')
    }
  })
})
