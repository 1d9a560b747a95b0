import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { refbot, server, workFolder } from '../test-support.ts'

describe('a server in the foreground', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'stops with exit code 0 after %s and takes its address back',
    async (signal) => {
      using folder = workFolder()
      await using running = await server(['start', '--port', '0'], { cwd: folder.path })
      running.child.kill(signal)
      expect(await running.ended).toBe(0)
      expect(existsSync(join(folder.path, '.refbot/api.json'))).toBe(false)
      expect(existsSync(join(folder.path, '.refbot/lock'))).toBe(false)
    },
  )

  it('ends at once with a second signal, though a run does not end', async () => {
    using folder = workFolder()
    const cwd = folder.path
    await using running = await server(['start', '--port', '0'], { cwd })
    expect(await refbot(['plugin', 'start', 'stubborn'], { cwd })).toMatchObject({ code: 0 })
    running.child.kill('SIGINT')
    const { url } = running.up
    await refused(String(url))
    running.child.kill('SIGINT')
    expect(await running.ended).toBe(130)
  })

  it('runs without an API when it is told to, on what the command line says over the configuration', async () => {
    using folder = workFolder({ api: { port: 1 }, dataDir: 'from-config' })
    const cwd = folder.path
    await using running = await server(['start', '--mode', 'headless', '--data-dir', 'mine'], { cwd })
    expect(running.up).toMatchObject({ mode: 'headless', dataDir: join(cwd, 'mine') })
    expect(running.up).not.toHaveProperty('url')
    expect(existsSync(join(cwd, 'mine/api.json'))).toBe(false)
    running.child.kill('SIGTERM')
    expect(await running.ended).toBe(0)
    expect(existsSync(join(cwd, 'from-config'))).toBe(false)
  })

  it('api start brings the API up whatever the configuration says', async () => {
    using folder = workFolder({ mode: 'headless', api: { enable: false } })
    await using running = await server(['api', 'start', '--port', '0'], { cwd: folder.path })
    const health = await fetch(`${running.up.url}/api/health`)
    expect(await health.json()).toMatchObject({ status: 'ok' })
  })

  it('takes its token from REFBOT_TOKEN, as the commands do', async () => {
    using folder = workFolder()
    const options = { cwd: folder.path, env: { REFBOT_TOKEN: 'mine-alone' } }
    await using running = await server(['start', '--port', '0'], options)
    expect(running.up).not.toHaveProperty('tokenFile')
    expect(await refbot(['plugin', 'list', '--json'], options)).toMatchObject({ code: 0 })
    expect(await refbot(['plugin', 'list'], { cwd: folder.path })).toMatchObject({ code: 1 })
  })
})

/** Resolves once nobody listens there any more. */
async function refused(url: string): Promise<void> {
  for (let answered = true; answered; ) {
    answered = await fetch(`${url}/api/health/live`).then(
      () => true,
      () => false,
    )
  }
}
