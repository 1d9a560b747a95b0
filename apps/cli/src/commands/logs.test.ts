import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { call, program, server, workFolder } from '../test-support.ts'

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

  it('tell why a server could not start, in its file alone', async () => {
    using folder = workFolder()
    const failed = await call(['api', 'start', '--host', '203.0.113.1', '--port', '0'], { cwd: folder.path })
    expect(failed).toMatchObject({ code: 1, stdout: '' })
    const stored = parsed(readFileSync(join(folder.path, '.refbot/logs/service.ndjson'), 'utf8'))
    expect(stored.map(({ message }) => message)).toEqual(['starting', 'could not start', 'stopped'])
  })

  it('end no server whose stdout and stderr are closed', async () => {
    using folder = workFolder()
    const options = { cwd: folder.path }
    await using running = program(['start', '--port', '0'], options)
    await running.until(() => running.output.stdout.includes('"ready"'))
    running.child.stdout?.destroy()
    running.child.stderr?.destroy()
    expect(await call(['plugin', 'start', 'hello'], options)).toMatchObject({ code: 0 })
    expect((await call(['logs'], options)).stdout).toContain('run started')
    const ended = once(running.child, 'exit')
    running.child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  })

  it('hold no server up whose stdout nobody reads, not even at its end', async () => {
    using folder = workFolder({ api: { port: 0 } })
    const options = { cwd: folder.path }
    await using running = program(['start'], options)
    await running.until(() => running.output.stdout.includes('"ready"'))
    running.child.stdout?.pause()
    const wrong = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`${'long'.repeat(500)}${n}`, n]))
    writeFileSync(join(folder.path, 'refbot.config.json'), JSON.stringify(wrong))
    for (let n = 0; n < 15; n += 1) expect(await call(['config', 'reload'], options)).toMatchObject({ code: 1 })
    const ended = once(running.child, 'exit')
    running.child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
    // More than a pipe holds: the server had more to say than anybody took.
    const stored = readFileSync(join(folder.path, '.refbot/logs/service.ndjson'), 'utf8')
    expect(stored.length).toBeGreaterThan(400_000)
  })
})
