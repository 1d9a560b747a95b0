import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProxy, type ProxyInput } from '../proxy.ts'
import { freePort, site, type TestServer } from '../testing/servers.ts'
import { checkProxies } from './check.ts'

/** Proxies of others, where the machine or the set-up (`scripts/test-proxies.mjs`) has them. */
const FETCHED = fileURLToPath(new URL('../../../../.tools/test-proxies/usr/bin/', import.meta.url))
const find = (name: string) =>
  [name, join(FETCHED, name)].find((command) => spawnSync(command, ['-h'], { timeout: 5000 }).error === undefined)
const microsocks = find('microsocks')
const tinyproxy = find('tinyproxy')
const orSkipped = (name: string, command: string | undefined) =>
  command === undefined ? `${name} is not here, SKIPPED: apt-get install ${name}` : name
const LOGIN = { username: 'me', password: 'secret' }

let web: TestServer
let folder = ''
const children: ChildProcess[] = []

beforeAll(async () => {
  web = await site()
  folder = await mkdtemp(join(tmpdir(), 'proxy-check-'))
})
afterAll(async () => {
  for (const child of children) if (child.kill()) await once(child, 'exit')
  await web[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** Starts it on a free port; on another one when that was taken meanwhile. */
async function start(
  command: string | undefined,
  args: (port: number) => Promise<string[]> | string[],
): Promise<number> {
  for (let tries = 0; tries < 5; tries += 1) {
    const port = await freePort()
    const child = spawn(String(command), await args(port), { stdio: 'ignore' })
    children.push(child)
    await expect.poll(async () => child.exitCode !== null || (await canConnect(port)), { timeout: 10_000 }).toBe(true)
    if (child.exitCode === null) return port
  }
  throw new Error(`${command} does not start`)
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

async function check(input: Omit<ProxyInput, 'host'>) {
  const proxy = createProxy({ host: '127.0.0.1', ...input })
  const [result] = await checkProxies([proxy], { url: `http://127.0.0.1:${web.port}/` })
  return result
}

describe.skipIf(microsocks === undefined)(orSkipped('microsocks', microsocks), () => {
  it('lets the right login through and no other', async () => {
    const login = ['-u', LOGIN.username, '-P', LOGIN.password]
    const port = await start(microsocks, (free) => ['-i', '127.0.0.1', '-p', String(free), ...login])
    expect(await check({ protocol: 'socks5', port, ...LOGIN })).toMatchObject({ ok: true, exitAddress: '127.0.0.1' })
    expect(await check({ protocol: 'socks5', port, username: 'me', password: 'no' })).toMatchObject({ reason: 'auth' })
  })
})

describe.skipIf(tinyproxy === undefined)(orSkipped('tinyproxy', tinyproxy), () => {
  it('lets the right login through and no other', async () => {
    const config = join(folder, 'tinyproxy.conf')
    const login = `BasicAuth ${LOGIN.username} ${LOGIN.password}`
    const port = await start(tinyproxy, async (free) => {
      await writeFile(config, `Port ${free}\nListen 127.0.0.1\nTimeout 60\n${login}\n`)
      return ['-d', '-c', config]
    })
    expect(await check({ port, ...LOGIN })).toMatchObject({ ok: true, exitAddress: '127.0.0.1' })
    expect(await check({ port })).toMatchObject({ reason: 'auth' })
  })
})
