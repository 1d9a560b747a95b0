import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRefbot, type Refbot, type RunDetails, VERSION } from './index.ts'

const SDK = join(import.meta.dirname, '..', '..', 'plugin-sdk')
const EXAMPLE = join(SDK, 'examples', 'visit.ts')

const folder = mkdtempSync(join(tmpdir(), 'refbot-visit-'))
const requests: { host: string; url: string; headers: IncomingHttpHeaders }[] = []
const site = createServer((req, res) => {
  const { host = '' } = req.headers
  requests.push({ host, url: req.url ?? '', headers: req.headers })
  if (req.url === '/away') return res.writeHead(302, { location: `http://localhost:${port()}/` }).end()
  res.writeHead(200, { 'content-type': 'text/html' }).end(`<title>A page at ${req.url}</title>`)
})
const port = () => (site.address() as AddressInfo).port
let bot: Refbot

beforeAll(async () => {
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  bot = await createRefbot({ dataDir: join(folder, 'data'), pluginsDir: join(folder, 'plugins') })
  await bot.start()
})
afterAll(async () => {
  await bot[Symbol.asyncDispose]()
  site.closeAllConnections()
  site.close()
  rmSync(folder, { recursive: true, force: true })
})

async function visit(url: string): Promise<RunDetails> {
  const directory = join(folder, 'plugins', 'visit')
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'index.js'), `export { default } from '${pathToFileURL(EXAMPLE)}'`)
  writeFileSync(join(directory, 'plugin_config.json'), JSON.stringify({ settings: { url } }))
  const run = await bot.plugins.startPlugin('visit')
  return bot.runs.settled(run.id)
}

describe('the plugin in the README of the SDK', () => {
  it('is the example', () => {
    const [, block] = /```ts\n(.*?)```/s.exec(readFileSync(join(SDK, 'README.md'), 'utf8')) ?? []
    expect(block).toBe(readFileSync(EXAMPLE, 'utf8'))
  })

  it('visits its page in a real browser, and its requests say who they are', async () => {
    const run = await visit(`http://127.0.0.1:${port()}/hello`)
    expect(run).toMatchObject({ status: 'success', result: { titles: ['A page at /hello', 'A page at /hello'] } })
    expect(run.artifacts.map(({ name }) => name)).toEqual(['visit-0.png', 'visit-1.png'])
    const page = requests.findLast(({ url }) => url === '/hello')
    expect(page?.headers).toMatchObject({
      'x-refbot-run': run.id,
      'user-agent': expect.stringMatching(new RegExp(`Chrome/.* RefBot/${VERSION.replaceAll('.', '\\.')}$`)),
    })
    expect(bot.analytics.window({ name: 'visit.success', labels: { plugin: 'visit' } }, 60_000).mean).toBe(1)
  })
})

describe('a target', () => {
  it.each([
    ['https://example.com/', 'TARGET_NOT_AUTHORISED'],
    ['http://localhost.:1/', 'TARGET_NOT_AUTHORISED'],
    ['http://0.0.0.0:1/', 'TARGET_NOT_AUTHORISED'],
    ['ftp://127.0.0.1/', 'TARGET_INVALID'],
    ['http://user:secret@127.0.0.1/', 'TARGET_INVALID'],
  ])('%s ends the run with %s, and is never retried', async (url, code) => {
    expect(await visit(url)).toMatchObject({ status: 'failed', error: { code }, attempts: [{ number: 1 }] })
  })

  it('that sends the page elsewhere ends the run, and elsewhere hears nothing', async () => {
    const before = requests.filter(({ host }) => host.startsWith('localhost')).length
    const run = await visit(`http://127.0.0.1:${port()}/away`)
    expect(run).toMatchObject({ status: 'failed', reason: 'left_authorised_origin' })
    expect(requests.filter(({ host }) => host.startsWith('localhost'))).toHaveLength(before)
    const log = readFileSync(bot.runs.logFile(run.id), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(log).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        message: 'request refused',
        fields: expect.objectContaining({ rule: 'origin_not_granted', url: `http://localhost:${port()}/` }),
      }),
    )
  })
})
