import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingHttpHeaders, RequestListener } from 'node:http'
import type { LookupFunction } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RefbotConfigInput } from './config/index.ts'
import { DEFAULT_PAUSE_MS, DOCUMENT_PATH, ensureOperatorKey } from './egress/index.ts'
import { type FixtureSocks, startSocks } from './egress/testing/fixture-socks.ts'
import { credentials, type Site, startSite, trust } from './egress/testing/sites.ts'
import { until } from './egress/testing/until.ts'
import { createRefbot, type Refbot, type RunDetails } from './index.ts'

const HOUR_MS = 3_600_000
const NAMES = ['shop.test', 'cdn.test', 'forms.test']
const tls = credentials({ altNames: NAMES })
trust(tls.cert)
const lookup: LookupFunction = (host, options, callback) => {
  if (!NAMES.includes(host)) callback(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }), '')
  else if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }])
  else callback(null, '127.0.0.1', 4)
}

interface Arrived {
  readonly host: string
  readonly line: string
  readonly headers: IncomingHttpHeaders
  readonly bytes: number
}
const arrived: Arrived[] = []
/** What the sites do, by path; changed by tests. */
let answers: Record<string, RequestListener>
/** What each host agrees to. */
let documents: Record<string, object>
let folder: string
let operatorKey: string
let site: Site
let offsetMs = 0
const clock = { now: () => Date.now() + offsetMs }

const origin = (name: string) => `https://${name}.test:${site.port}`
const agree = (name: string, allow: object = {}) => {
  const expires = new Date(clock.now() + HOUR_MS).toISOString()
  documents[`${name}.test`] = { origin: origin(name), operatorKey, expires, allow: { paths: ['/*'], ...allow } }
}
const html =
  (body: string): RequestListener =>
  (_req, res) =>
    res.writeHead(200, { 'content-type': 'text/html' }).end(`<body>${body}</body>`)

const listener: RequestListener = async (req, res) => {
  const host = (req.headers.host ?? '').replace(/:\d+$/, '')
  let bytes = 0
  for await (const chunk of req) bytes += (chunk as Buffer).length
  arrived.push({ host, line: `${req.method} ${req.url}`, headers: req.headers, bytes })
  const answer = answers[req.url ?? '']
  if (req.url === DOCUMENT_PATH) {
    const document = documents[host]
    res.writeHead(document === undefined ? 404 : 200).end(JSON.stringify(document))
  } else if (answer !== undefined) answer(req, res)
  else res.end(`${req.method} ${bytes}`)
}
const at = (host: string) => arrived.filter((each) => each.host === host && !each.line.includes(DOCUMENT_PATH))

const TIMEOUT_MS = 60_000
vi.setConfig({ testTimeout: TIMEOUT_MS })
let bot: Refbot
let socks: FixtureSocks

/** The same folder again is the same installation after a restart. */
async function open(data: string, config: RefbotConfigInput = {}): Promise<Refbot> {
  const paths = { dataDir: join(folder, data), pluginsDir: join(folder, 'plugins') }
  operatorKey = ensureOperatorKey(paths.dataDir)
  const opened = await createRefbot({ ...paths, ...config }, { lookup, clock, authorisationEveryMs: 20 })
  await opened.start()
  return opened
}

beforeAll(async () => {
  site = await startSite(listener, { tls })
  socks = await startSocks()
  folder = mkdtempSync(join(tmpdir(), 'refbot-egress-'))
  mkdirSync(join(folder, 'plugins', 'errand'), { recursive: true })
  const plugin = pathToFileURL(join(import.meta.dirname, 'fixtures', 'errand.ts'))
  writeFileSync(join(folder, 'plugins', 'errand', 'index.js'), `export { default } from '${plugin}'`)
  const { host, port, username = '', password = '' } = socks.proxy
  const login = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`
  bot = await open('data', {
    proxies: [`socks5://${login}@${host}:${port}`],
    partHosts: [{ target: origin('shop'), hosts: [origin('cdn')] }],
  })
}, TIMEOUT_MS)
afterAll(async () => {
  await bot[Symbol.asyncDispose]()
  await socks[Symbol.asyncDispose]()
  await site[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
}, TIMEOUT_MS)
beforeEach(async () => {
  for (const { origin: paused } of bot.egress.origins.pauses()) await bot.egress.origins.lift(paused)
  operatorKey = ensureOperatorKey(join(folder, 'data'))
  ;[answers, documents, offsetMs, arrived.length] = [{}, {}, 0, 0]
})

type Errand = { readonly do: string; readonly [key: string]: unknown }

async function begin(on: Refbot, ...errands: Errand[]): Promise<string> {
  const file = join(folder, 'plugins', 'errand', 'plugin_config.json')
  writeFileSync(file, JSON.stringify({ settings: { errands } }))
  return (await on.plugins.startPlugin('errand')).id
}

async function runOn(on: Refbot, ...errands: Errand[]): Promise<RunDetails> {
  return on.runs.settled(await begin(on, ...errands))
}

function run(...errands: Errand[]): Promise<RunDetails> {
  return runOn(bot, ...errands)
}

const waiting = (on: Refbot, id: string) => until(() => on.runs.progress(id)?.message === 'waiting')
const requestsOf = (id: string): Record<string, unknown>[] =>
  readFileSync(bot.runs.requestsFile(id), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('a target that is not on this machine', () => {
  it('is opened because it agreed; its requests say which run they belong to, and the plugin knows the terms', async () => {
    agree('shop', { emailDomains: ['qa.shop.test'], submitOrigins: [origin('forms')], maxPerDay: 9 })
    agree('forms', { paths: ['/post'] })
    answers['/'] = html('hello')
    const ended = await run(
      { do: 'authorisation', url: `${origin('shop')}/x` },
      { do: 'visit', url: `${origin('shop')}/` },
    )
    expect(ended).toMatchObject({
      status: 'success',
      result: {
        results: [
          { origin: origin('shop'), source: 'document', proxies: false, emailDomains: ['qa.shop.test'], maxPerDay: 9 },
          { status: 200, text: 'hello', egress: { refused: 0 } },
        ],
      },
    })
    expect(at('shop.test')[0]?.headers).toMatchObject({ 'x-refbot-run': ended.id })
    const [asked] = arrived
    expect(asked).toMatchObject({
      line: `GET ${DOCUMENT_PATH}`,
      headers: { 'user-agent': expect.stringMatching(/^RefBot\//) },
    })
    expect(asked?.headers).not.toHaveProperty('x-refbot-run')
    const [first, ...others] = requestsOf(ended.id)
    expect(first).toEqual({
      time: expect.any(String),
      attempt: 1,
      page: expect.any(String),
      method: 'GET',
      origin: origin('shop'),
      path: '/',
      verdict: 'forwarded',
      rule: 'target',
      navigation: true,
      via: 'direct',
      status: 200,
      bytes: 18,
      ms: expect.any(Number),
    })
    const labels = { plugin: 'errand', verdict: 'forwarded', rule: 'target' }
    expect(bot.analytics.window({ name: 'egress.requests', labels }, HOUR_MS).sum).toBe(1 + others.length)
  })

  it('that does not agree is not opened, and proxies only where it allows them', async () => {
    const url = `${origin('shop')}/`
    expect(await run({ do: 'request', url })).toMatchObject({ error: { code: 'TARGET_NOT_AUTHORISED' } })
    agree('shop')
    const request = { do: 'request', url, proxy: true }
    expect(await run(request)).toMatchObject({ error: { code: 'PROXY_NOT_ALLOWED' } })
    expect([at('shop.test'), socks.asked]).toEqual([[], []])
    const local = await startSite((_req, res) => res.end('here'))
    await using _local = local
    const near = await run({ ...request, url: local.origin })
    expect(near).toMatchObject({ result: { results: [{ status: 200, text: 'here' }] } })
    expect(socks.asked).toEqual([`127.0.0.1:${local.port}`])
  })

  it('counts against the proxy when that is to blame, and against nobody when the proxy cannot reach it', async () => {
    await using local = await startSite((_req, res) => res.end('here'))
    const uses = async (reply: number): Promise<number> => {
      const before = bot.proxies.scores()[0]?.uses ?? 0
      socks.reply = reply
      const { result } = await run({ do: 'request', url: local.origin, proxy: true })
      expect(result).toMatchObject({ results: [{ fault: 'PROXY_TUNNEL_REFUSED' }] })
      return (bot.proxies.scores()[0]?.uses ?? 0) - before
    }
    try {
      const [hostUnreachable, connectionRefused, generalFailure] = [4, 5, 1]
      expect([await uses(hostUnreachable), await uses(connectionRefused), await uses(generalFailure)]).toEqual([
        0, 0, 1,
      ])
    } finally {
      socks.reply = 0
    }
  })

  it('is leased its proxy for as long as a run may take', () => {
    using lease = bot.proxies.acquireSync()
    expect(lease.expiresAt - lease.acquiredAt).toBeGreaterThan(24 * HOUR_MS)
  })

  it.each([
    ['vanishes', () => delete documents['shop.test']],
    ['changes', () => agree('shop', { paths: ['/other'] })],
    ['expires', () => (offsetMs += HOUR_MS)],
  ])('whose document %s ends the run that goes on', async (_name, change) => {
    agree('shop')
    const id = await begin(bot, { do: 'request', url: `${origin('shop')}/` }, { do: 'wait' })
    await waiting(bot, id)
    change()
    expect(await bot.runs.settled(id)).toMatchObject({
      status: 'failed',
      reason: 'authorisation_lost',
      error: { code: 'AUTHORISATION_LOST' },
      attempts: [{ number: 1 }],
    })
  })
})

describe('a site that turns a run away', () => {
  it('is left alone by every run, until an operator lifts the pause', async () => {
    const url = `${origin('shop')}/`
    agree('shop')
    answers['/busy'] = (_req, res) => res.writeHead(429, { 'retry-after': '3600' }).end()
    // The run that was turned away may still say what it saw, but nothing more of it arrives.
    const turned = await run({ do: 'request', url: `${origin('shop')}/busy`, method: 'POST' }, { do: 'request', url })
    expect(turned).toMatchObject({ status: 'failed', reason: 'refused_by_site', error: { code: 'ORIGIN_PAUSED' } })
    const [pause] = bot.egress.origins.pauses()
    expect(pause).toMatchObject({ origin: origin('shop'), cause: 'rate_limited', runId: turned.id })
    expect((pause?.until ?? 0) - (pause?.since ?? 0)).toBe(HOUR_MS)
    const refused = await run({ do: 'visit', url })
    expect(refused).toMatchObject({ reason: 'refused_by_site', error: { code: 'ORIGIN_PAUSED' }, attempts: [{}] })
    expect(at('shop.test')).toHaveLength(1)
    expect(await bot.egress.origins.lift(origin('shop'))).toBe(true)
    expect(await run({ do: 'request', url })).toMatchObject({ status: 'success' })
  })

  it('ends the runs of others that go on there', async () => {
    agree('shop')
    answers['/'] = html(`<script>setTimeout(() => (location = '/next'), 50)</script>`)
    answers['/next'] = answers['/']
    const id = await begin(bot, { do: 'linger', url: `${origin('shop')}/` })
    await until(() => at('shop.test').length > 2)
    await bot.egress.origins.turnedAway('another run', { origin: origin('shop'), kind: 'challenged' })
    expect(await bot.runs.settled(id)).toMatchObject({ reason: 'refused_by_site', error: { code: 'ORIGIN_PAUSED' } })
  })

  it('in a way that only the plugin sees is left alone as well', async () => {
    agree('shop')
    const url = `${origin('shop')}/`
    await run({ do: 'request', url }, { do: 'refused', reason: 'refused_by_site' })
    expect(bot.egress.origins.pauses()).toMatchObject([{ origin: origin('shop'), cause: 'reported' }])
    offsetMs += DEFAULT_PAUSE_MS
    expect(bot.egress.origins.pauses()).toEqual([])
  })
})

describe('limits', () => {
  it('of a day, and pauses, hold over a restart; the operator’s limits are the lower ones', async () => {
    const limits = { perOrigin: { maxPerDay: 2 } }
    const outcomes: unknown[] = []
    let busy: RunDetails | undefined
    for (const config of [{ limits }, {}]) {
      await using own = await open('own', config)
      agree('forms', { maxPerDay: 3 })
      agree('shop')
      answers['/busy'] = (_req, res) => res.writeHead(429).end()
      const post = { do: 'request', url: `${origin('forms')}/`, method: 'POST' }
      const { result } = await runOn(own, post, post, post)
      outcomes.push(
        (result as { results: { status?: number; rule?: string }[] }).results.map((r) => r.status ?? r.rule),
      )
      busy = await runOn(own, { do: 'request', url: `${origin('shop')}/busy`, method: 'POST' })
    }
    expect(outcomes).toEqual([
      [200, 200, 'limit_day'],
      [200, 'limit_day', 'limit_day'],
    ])
    expect(at('forms.test')).toHaveLength(3)
    expect(busy).toMatchObject({ error: { code: 'ORIGIN_PAUSED' } })
    expect(at('shop.test')).toHaveLength(1)
  })

  it('of open pages hold over all runs: the next one waits for its turn', async () => {
    agree('shop', { concurrency: 1 })
    const url = `${origin('shop')}/`
    const both = await run({ do: 'open', url }, { do: 'open', url })
    expect(both).toMatchObject({ error: { code: 'ORIGIN_CONCURRENCY' } })
    const again = await run({ do: 'misopen', url }, { do: 'misopen', url }, { do: 'open', url })
    expect(again).toMatchObject({ status: 'success', result: { results: ['not opened', 'not opened', null] } })
    const first = await begin(bot, { do: 'open', url }, { do: 'wait' })
    await waiting(bot, first)
    const second = await begin(bot, { do: 'visit', url })
    await until(() => bot.egress.origins.pages.waitingFor(origin('shop')) === 1)
    await bot.runs.cancel(first)
    expect(await bot.runs.settled(second)).toMatchObject({ status: 'success' })
    expect(bot.egress.origins.pages.openOn(origin('shop'))).toBe(0)
  })
})

describe('a host that the operator grants for parts of a page', () => {
  it('is read from, unmarked, and neither written to nor visited', async () => {
    agree('shop')
    const cdn = origin('cdn')
    answers['/'] = html(
      `<script src="${cdn}/app.js" crossorigin="anonymous"></script><iframe src="${cdn}/frame"></iframe>`,
    )
    answers['/app.js'] = (_req, res) =>
      res
        .writeHead(200, { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' })
        .end(`document.body.append('part'); fetch('${cdn}/write', { method: 'POST', mode: 'no-cors' }).catch(() => {})`)
    answers['/away'] = (_req, res) => res.writeHead(302, { location: `${cdn}/page` }).end()
    const ended = await run({ do: 'visit', url: `${origin('shop')}/` })
    expect(ended).toMatchObject({ status: 'success', result: { results: [{ text: 'part' }] } })
    expect(at('cdn.test').map(({ line }) => line)).toEqual(['GET /app.js'])
    expect(at('cdn.test')[0]?.headers).not.toHaveProperty('x-refbot-run')
    const rules = requestsOf(ended.id).map(({ path, rule }) => `${path} ${rule}`)
    expect(rules).toEqual(
      expect.arrayContaining(['/ target', '/app.js part_host', '/write part_not_read', '/frame origin_not_granted']),
    )
    const left = await run({ do: 'visit', url: `${origin('shop')}/away` })
    expect(left).toMatchObject({ reason: 'left_authorised_origin' })
    expect(at('cdn.test')).toHaveLength(1)
  })
})

describe('ctx.http', () => {
  it('sends through the gate what a page would, bodies of megabytes both ways included', async () => {
    agree('shop', { paths: ['/api/*'] })
    const api = `${origin('shop')}/api`
    answers['/api/large'] = (_req, res) => res.end(Buffer.alloc(3_000_000, 'y'))
    answers['/api/never'] = () => undefined
    answers['/api/reset'] = (req) => req.socket.destroy()
    const ended = await run(
      { do: 'request', url: `${api}/echo`, json: { a: 1 } },
      { do: 'request', url: `${api}/upload?token=secret`, method: 'put', sendBytes: 3_000_000 },
      { do: 'request', url: `${api}/large` },
      { do: 'request', url: `${api}/never`, timeoutMs: 100 },
      { do: 'request', url: `${api}/reset` },
      { do: 'request', url: `${origin('shop')}/private` },
      { do: 'request', url: `${api}/large`, maxBytes: 2_999_999 },
    )
    expect(ended).toMatchObject({ status: 'failed', error: { code: 'HTTP_BODY_TOO_LARGE' } })
    const seen = at('shop.test')
    expect(seen.map(({ line, bytes }) => `${line} ${bytes}`)).toEqual([
      'POST /api/echo 7',
      'PUT /api/upload?token=secret 3000000',
      'GET /api/large 0',
      'GET /api/never 0',
      'GET /api/reset 0',
      'GET /api/large 0',
    ])
    for (const { headers } of seen)
      expect(headers).toMatchObject({ 'x-refbot-run': ended.id, 'user-agent': expect.stringMatching(/^RefBot\//) })
    expect(requestsOf(ended.id).map(({ path, verdict, rule, code }) => [path, verdict, code ?? rule])).toEqual([
      ['/api/echo', 'forwarded', 'target'],
      ['/api/upload', 'forwarded', 'target'],
      ['/api/large', 'forwarded', 'target'],
      ['/api/never', 'faulted', 'CLIENT_ABORTED'],
      ['/api/reset', 'faulted', 'RESPONSE_RESET'],
      ['/private', 'refused', 'path_not_allowed'],
      ['/api/large', 'forwarded', expect.any(String)],
    ])
  })

  it('tells what became of a request by the gate’s own record', async () => {
    agree('shop', { paths: ['/api/*'] })
    answers['/api/never'] = () => undefined
    answers['/api/reset'] = (req) => req.socket.destroy()
    await using unknown = await startSite((_req, res) => res.end(), { tls: credentials() })
    const ended = await run(
      { do: 'request', url: unknown.origin },
      ...['/api/never', '/api/reset', '/private', '/api/x'].map((path) => {
        return { do: 'request', url: origin('shop') + path, timeoutMs: path === '/api/never' ? 100 : 20_000 }
      }),
    )
    expect(unknown.arrived).toEqual([])
    expect(ended.result).toEqual({
      results: [
        { name: 'EgressError', code: 'EGRESS_FAILED', fault: 'TARGET_TLS_UNTRUSTED' },
        { name: 'EgressError', code: 'EGRESS_TIMEOUT' },
        { name: 'EgressError', code: 'EGRESS_FAILED', fault: 'RESPONSE_RESET' },
        { name: 'EgressError', code: 'EGRESS_REFUSED', rule: 'path_not_allowed' },
        { status: 200, bytes: 5, text: 'GET 0' },
      ],
    })
  })
})
