import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { call, PLUGINS, server, workFolder } from '../test-support.ts'
import { notifySocket } from '../testing/notify-socket.ts'

describe('a server in the foreground', () => {
  it('brings the API up with api start, whatever the configuration says, for its own token; SIGINT ends it with 0', async () => {
    using folder = workFolder({ mode: 'headless', api: { enable: false } })
    const options = { cwd: folder.path, env: { REFBOT_TOKEN: 'mine-alone' } }
    await using running = await server(['api', 'start', '--port', '0'], options)
    const health = await fetch(`${running.up.url}/api/health`)
    expect(await health.json()).toMatchObject({ status: 'ok' })

    expect(running.up).not.toHaveProperty('tokenFile')
    expect(await call(['plugin', 'list', '--json'], options)).toMatchObject({ code: 0 })
    expect(await call(['plugin', 'list'], { cwd: folder.path })).toMatchObject({ code: 1 })

    running.child.kill('SIGINT')
    expect(await running.ended).toBe(0)
    expect(existsSync(join(folder.path, '.refbot/api.json'))).toBe(false)
    expect(existsSync(join(folder.path, '.refbot/lock'))).toBe(false)
  })

  it('runs without an API when it is told to, on what flags say over environment over file; SIGTERM ends it with 0', async () => {
    using folder = workFolder({ api: { port: 1 }, data_dir: 'from-config' })
    const cwd = folder.path
    const env = { REFBOT_DATA_DIR: 'from-environment', REFBOT_MODE: 'api', REFBOT_TIME_ZONE: 'Europe/Berlin' }
    await using running = await server(['start', '--mode', 'headless', '--data-dir', 'mine'], { cwd, env })
    expect(running.up).toMatchObject({ mode: 'headless', dataDir: join(cwd, 'mine') })
    expect(running.up).toMatchObject({ notices: [{ path: 'dataDir', message: 'data_dir is read as dataDir' }] })
    expect(running.output.stderr).toBe('')
    expect(running.up).not.toHaveProperty('url')
    expect(existsSync(join(cwd, 'mine/api.json'))).toBe(false)
    running.child.kill('SIGTERM')
    expect(await running.ended).toBe(0)
    expect(existsSync(join(cwd, 'from-config'))).toBe(false)
    expect(existsSync(join(cwd, 'from-environment'))).toBe(false)
  })

  it('reads its configuration again at SIGHUP: what can change alive does, a mistake changes nothing', async () => {
    using folder = workFolder()
    const options = { cwd: folder.path }
    await using running = await server(['start', '--port', '0'], options)
    const proxies = async () => JSON.parse((await call(['proxies', 'score', '--json'], options)).stdout).proxies.length
    const reload = (config: object) => {
      writeFileSync(join(folder.path, 'refbot.config.json'), JSON.stringify(config))
      running.child.kill('SIGHUP')
    }
    expect(await proxies()).toBe(0)
    reload({ proxies: ['127.0.0.1:3128'], timeZone: 'Europe/Berlin' })
    await running.said('Needs a restart: timeZone')
    expect(await proxies()).toBe(1)
    reload({ proxies: [], mode: 'turbo' })
    await running.said('CONFIG_INVALID')
    expect(await proxies()).toBe(1)
  })

  it('reads it again when it is asked to, tells every change, and every mistake with its place', async () => {
    using folder = workFolder()
    const options = { cwd: folder.path }
    await using _running = await server(['start', '--port', '0'], options)
    const write = (config: object) =>
      writeFileSync(
        join(folder.path, 'refbot.config.json'),
        JSON.stringify({ pluginsDir: PLUGINS, ...config }, null, 2),
      )
    const reload = (...flags: string[]) => call(['config', 'reload', ...flags], options)
    expect(await reload()).toMatchObject({ code: 0, stdout: 'Nothing has changed.\n' })
    write({ proxies: ['127.0.0.1:3128'], timeZone: 'Europe/Berlin' })
    const { stdout } = await reload('--json')
    expect(JSON.parse(stdout).changes).toMatchObject([
      { path: 'timeZone', effect: 'restart', before: 'none', after: 'Europe/Berlin' },
      { path: 'proxies', effect: 'live', before: '0 entries', after: '1 entry (1 new, 0 gone)' },
    ])
    write({ timezone: 'UTC', browser: { headless: 5 } })
    const refused = await reload()
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('refbot.config.json:3, timezone: unknown key, the nearest is timeZone')
    expect(refused.stderr).toContain('refbot.config.json:5, browser.headless: ')
  })

  it('is not ended by a SIGHUP that comes while it starts: it reads its configuration again once it is up', async () => {
    using folder = workFolder()
    const config = join(folder.path, 'hung.config.ts')
    writeFileSync(
      config,
      `import { appendFileSync } from 'node:fs'
      const again = globalThis.again === true
      globalThis.again = true
      // Read again only where it has changed.
      if (!again) appendFileSync(import.meta.filename, ' ')
      if (!again) process.kill(process.pid, 'SIGHUP')
      export default { pluginsDir: ${JSON.stringify(PLUGINS)}, timeZone: again ? 'Europe/Berlin' : 'UTC' }`,
    )
    await using running = await server(['start', '--port', '0', '--config', config], { cwd: folder.path })
    await running.said('Needs a restart: timeZone: UTC → Europe/Berlin')
    running.child.kill('SIGTERM')
    expect(await running.ended).toBe(0)
  })

  it('after an error that nobody caught stops cleanly, records why, and exits with 1', async () => {
    using folder = workFolder()
    const config = join(folder.path, 'failing.config.ts')
    const failing = "process.once('SIGUSR2', () => Promise.reject(new TypeError('oops')))"
    writeFileSync(config, `${failing}\nexport default ${JSON.stringify({ pluginsDir: PLUGINS })}\n`)
    const options = { cwd: folder.path }
    await using running = await server(['start', '--port', '0', '--config', config], options)
    running.child.kill('SIGUSR2')
    expect(await running.ended).toBe(1)
    expect(existsSync(join(folder.path, '.refbot/lock'))).toBe(false)
    using db = new DatabaseSync(join(folder.path, '.refbot/refbot.db'), { readOnly: true })
    const [last] = db.prepare("SELECT data FROM event WHERE type = 'service.stopping'").all()
    expect(JSON.parse(String(last?.data))).toMatchObject({ reason: 'failure', error: 'TypeError' })
  })

  it('tells systemd when it is ready, reloads and stops', async () => {
    using folder = workFolder()
    await using systemd = await notifySocket(folder.path)
    const options = { cwd: folder.path, env: { NOTIFY_SOCKET: systemd.path, PATH: systemd.searchPath } }
    await using running = await server(['start', '--port', '0'], options)
    await systemd.said(/READY=1\nSTATUS=API on http:/)
    running.child.kill('SIGHUP')
    await systemd.said(/RELOADING=1\nMONOTONIC_USEC=\d+\n(BARRIER=1\n)?READY=1/)
    running.child.kill('SIGTERM')
    expect(await running.ended).toBe(0)
    await systemd.said(/STOPPING=1\nSTATUS=SIGTERM/)
  })

  it('ends at once with a second signal, though a run does not end; is found by REFBOT_DATA_DIR until then', async () => {
    using folder = workFolder()
    const options = { cwd: folder.path, env: { REFBOT_DATA_DIR: 'from-environment' } }
    await using running = await server(['start', '--port', '0'], options)
    expect(await call(['plugin', 'start', 'stubborn'], options)).toMatchObject({ code: 0, stderr: '' })
    running.child.kill('SIGINT')
    await refused(String(running.up.url))
    running.child.kill('SIGINT')
    expect(await running.ended).toBe(130)
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
