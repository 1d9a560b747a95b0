import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { expect, it, vi } from 'vitest'
import { startDemoProxy } from './demo-proxy.ts'
import { startDemoSite } from './demo-site.ts'
import { isRunning, temporaryFolder } from './test-support.ts'

// Processes start late on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const authorization = `Basic ${Buffer.from('ada:secret').toString('base64')}`

async function get(proxyPort: number, url: string, headers: Record<string, string>): Promise<number | undefined> {
  const asked = request({ host: '127.0.0.1', port: proxyPort, path: url, headers, agent: false }).end()
  const [response] = await once(asked, 'response')
  response.resume()
  await once(response, 'end')
  return response.statusCode
}

it('is a process of its own that forwards, refuses and logs until it is stopped', async () => {
  using folder = temporaryFolder()
  await using site = await startDemoSite({ databaseFile: folder.file('site.db') })
  const logFile = folder.file('access.ndjson')
  await using proxy = await startDemoProxy({ username: 'ada', password: 'secret', logFile, fault: 'refuse-half' })
  const health = `${site.url}/api/health`
  expect(await get(proxy.port, health, {})).toBe(407)
  expect(await get(proxy.port, health, { 'proxy-authorization': authorization })).toBe(503)
  expect(await get(proxy.port, health, { 'proxy-authorization': authorization, 'X-RefBot-Lease': 'l-1' })).toBe(200)
  await proxy.stop()
  expect(isRunning(proxy.pid)).toBe(false)
  expect(proxy.accessLog()).toMatchObject([
    { verdict: 'unauthorised', status: 407, lease: null },
    { verdict: 'refused', status: 503, lease: null },
    { verdict: 'forwarded', status: 200, lease: 'l-1', authority: `127.0.0.1:${site.port}`, closed: true },
  ])
})

it.runIf(process.platform === 'linux')('shows its password neither on the command line nor in the log', async () => {
  using folder = temporaryFolder()
  const logFile = folder.file('access.ndjson')
  await using proxy = await startDemoProxy({ username: 'ada', password: 'sesame-42', logFile })
  await get(proxy.port, 'http://example.com/', {
    'proxy-authorization': `Basic ${Buffer.from('ada:sesame-42').toString('base64')}`,
  })
  const commandLine = readFileSync(`/proc/${proxy.pid}/cmdline`, 'utf8')
  expect(commandLine).toContain('--username=ada')
  expect(commandLine).not.toContain('sesame-42')
  expect(readFileSync(logFile, 'utf8')).toMatch(/"status":403/)
  expect(readFileSync(logFile, 'utf8')).not.toContain('sesame-42')
})

it('says what is wrong with its options', async () => {
  using folder = temporaryFolder()
  const options = { username: 'ada', password: 'secret', logFile: folder.file('access.ndjson') }
  await expect(startDemoProxy({ ...options, password: '' })).rejects.toMatchObject({ code: 'DEMO_USAGE' })
  await expect(startDemoProxy({ ...options, username: 'a:b' })).rejects.toMatchObject({ code: 'DEMO_USAGE' })
  await expect(startDemoProxy({ ...options, logFile: folder.file('missing/a.ndjson') })).rejects.toMatchObject({
    code: 'DEMO_FILE',
  })
})
