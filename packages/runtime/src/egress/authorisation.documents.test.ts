import type { RequestListener, ServerResponse } from 'node:http'
import type { LookupFunction } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type AuthoriseOptions, authorise, examine } from './authorisation.ts'
import { DOCUMENT_MAX_BYTES, DOCUMENT_PATH } from './document.ts'
import type { DayCount } from './limiter.ts'
import { credentials, type Site, startSite, trust } from './testing/sites.ts'
import { bodyOf, startGate } from './testing/through.ts'
import { until } from './testing/until.ts'
import { watchAuthorisation } from './watch.ts'

const KEY = 'a'.repeat(64)
const HOUR_MS = 3_600_000

const tls = credentials({ altNames: ['site.test', 'forms.test'] })
const foreign = credentials({ altNames: ['other.test'] })
trust(tls.cert, foreign.cert)

/** Every name is the same machine, unless a test moves it. */
let addresses: Record<string, string>
const lookup: LookupFunction = (host, options, callback) => {
  const address = addresses[host] ?? '127.0.0.1'
  if (options.all === true) callback(null, [{ address, family: 4 }])
  else callback(null, address, 4)
}
const options: AuthoriseOptions = { operatorKey: KEY, lookup, timeoutMs: 5000, userAgent: 'RefBot/9.9' }

let site: Site
let origin: string
let forms: string
/** What each Host serves as its document: JSON, or whatever a function makes of the answer. */
let documents: Record<string, object | ((res: ServerResponse) => void)>

const listener: RequestListener = (req, res) => {
  const document = documents[req.headers.host ?? '']
  if (req.url !== DOCUMENT_PATH) res.end(`${req.method} ${req.headers.host}`)
  else if (typeof document === 'function') document(res)
  else if (document === undefined) res.writeHead(404).end()
  else res.end(JSON.stringify(document))
}

const hostOf = (each: string): string => new URL(each).host
const grant = (each: string, allow: object = {}): object => ({
  origin: each,
  operatorKey: KEY,
  expires: new Date(Date.now() + HOUR_MS).toISOString(),
  allow: { paths: ['/*'], ...allow },
})

beforeEach(async () => {
  addresses = {}
  site = await startSite(listener, { tls })
  origin = `https://site.test:${site.port}`
  forms = `https://forms.test:${site.port}`
  documents = { [hostOf(origin)]: grant(origin) }
})
afterEach(async () => {
  await site[Symbol.asyncDispose]()
})

const problemsOf = async (target: string): Promise<string> => {
  const examined = await examine(target, options)
  return 'problems' in examined ? examined.problems.join('\n') : 'granted'
}

test('an origin that serves a document is authorised, and the address it came from settled', async () => {
  expect(await authorise(`${origin}/sign-up?x`, options)).toMatchObject({
    origin,
    source: 'document',
    document: { origin, allow: { paths: ['/*'], proxies: 'none' } },
    submitDocuments: [],
    addresses: { [origin]: '127.0.0.1' },
  })
  expect(site.arrived).toEqual([`GET ${DOCUMENT_PATH}`])
})

test('without an operator’s key nobody is asked', async () => {
  await expect(authorise(origin)).rejects.toMatchObject({ code: 'TARGET_NOT_AUTHORISED' })
  expect(site.arrived).toEqual([])
})

test('loopback is never asked', async () => {
  expect(await authorise(site.origin, options)).toMatchObject({ source: 'loopback' })
  expect(site.arrived).toEqual([])
})

describe('not authorised, with the reason', () => {
  const answers: [string, (res: ServerResponse) => void, string][] = [
    ['no document', (res) => res.writeHead(404).end(), 'answered 404'],
    ['a created one', (res) => res.writeHead(201).end(JSON.stringify(grant(origin))), 'answered 201'],
    ['a redirect', (res) => res.writeHead(302, { location: 'https://forms.test/x' }).end(), 'redirected (302)'],
    ['a page', (res) => res.end('<!doctype html>'), 'not JSON'],
    [
      '16 KiB and a byte',
      (res) => res.end(JSON.stringify(grant(origin)).padEnd(DOCUMENT_MAX_BYTES + 1)),
      'longer than',
    ],
    ['without end', (res) => void setInterval(() => res.write('x'.repeat(4096)), 1).unref(), 'longer than'],
    ['broken off', (res) => res.writeHead(200, { 'content-length': 9 }).write('x', () => res.destroy()), 'broke off'],
    ['another site’s', (res) => res.end(JSON.stringify(grant(forms))), 'it is for https://forms.test'],
  ]
  test.each(answers)('%s', async (_name, answer, reason) => {
    documents[hostOf(origin)] = answer
    expect(await problemsOf(origin)).toContain(reason)
    await expect(authorise(origin, options)).rejects.toMatchObject({
      code: 'TARGET_NOT_AUTHORISED',
      message: expect.stringContaining(reason),
    })
  })

  test('silence', async () => {
    documents[hostOf(origin)] = () => {}
    const examined = await examine(origin, { ...options, timeoutMs: 50 })
    expect(examined).toMatchObject({ problems: ['It did not come within 50 ms.'] })
  })

  test('http', async () => {
    expect(await problemsOf(`http://site.test:${site.port}`)).toContain('served over https')
    expect(site.arrived).toEqual([])
  })

  test('a certificate for another name', async () => {
    await using other = await startSite(listener, { tls: foreign })
    expect(await problemsOf(`https://site.test:${other.port}`)).toContain('TARGET_TLS_WRONG_HOST')
    expect(other.arrived).toEqual([])
  })
})

describe('a submit origin elsewhere', () => {
  beforeEach(() => {
    documents[hostOf(origin)] = grant(origin, { submitOrigins: [origin, forms], paths: ['/sign-up'] })
  })

  test('needs a document of its own', async () => {
    expect(await problemsOf(origin)).toBe(`Submit origin ${forms}: The site answered 404 where 200 is needed.`)
  })

  test('is asked once, and what it names in turn is not: two that name each other are no loop', async () => {
    documents[hostOf(forms)] = grant(forms, { submitOrigins: [origin], paths: ['/submit'] })
    const { submitDocuments } = await authorise(origin, options)
    expect(submitDocuments.map((each) => each.origin)).toEqual([forms])
    expect(site.arrived).toHaveLength(2)
  })

  test('each keeps to the paths of its own document, at the gate', async () => {
    documents[hostOf(forms)] = grant(forms, { paths: ['/submit'] })
    await using harness = await startGate({ lookup })
    const target = await authorise(origin, options)
    await using lease = harness.gate.openLease({ runId: 'r', target, userAgentToken: 'RefBot/9.9' })
    const send = async (method: string, url: string): Promise<string> => {
      const response = await harness.send(lease, url, { method })
      return response.headers['x-refbot-gate'] === 'refused' ? 'refused' : String(await bodyOf(response))
    }
    expect(await send('GET', `${origin}/sign-up`)).toBe(`GET ${hostOf(origin)}`)
    expect(await send('GET', `${origin}/admin`)).toBe('refused')
    expect(await send('POST', `${forms}/submit`)).toBe(`POST ${hostOf(forms)}`)
    expect(await send('POST', `${forms}/sign-up`)).toBe('refused')
    expect(lease.outcome()).toMatchObject({ forwarded: 2, refused: 2, faults: [] })
  })
})

test('a name that changes its address is reached where its document came from', async () => {
  await using harness = await startGate({ lookup })
  const target = await authorise(origin, options)
  await using lease = harness.gate.openLease({ runId: 'r', target, userAgentToken: 'RefBot/9.9' })
  addresses['site.test'] = '127.0.0.9'
  expect(String(await bodyOf(await harness.send(lease, `${origin}/`)))).toBe(`GET ${hostOf(origin)}`)
})

test('a proxy needs the owner’s consent', async () => {
  await using harness = await startGate({ lookup })
  const proxy = { id: 'p', protocol: 'http', host: 'proxy.example', port: 8080 } as const
  const open = async () =>
    harness.gate.openLease({ runId: 'r', target: await authorise(origin, options), proxy, userAgentToken: 'x' })
  await expect(open()).rejects.toMatchObject({ code: 'PROXY_NOT_ALLOWED' })
  documents[hostOf(origin)] = grant(origin, { proxies: true })
  await (await open()).close()
  // Whoever takes its forms has a say of their own.
  documents[hostOf(origin)] = grant(origin, { proxies: true, submitOrigins: [forms] })
  documents[hostOf(forms)] = grant(forms)
  await expect(open()).rejects.toMatchObject({
    code: 'PROXY_NOT_ALLOWED',
    message: `The document of ${forms} does not allow proxies`,
  })
  documents[hostOf(forms)] = grant(forms, { proxies: true })
  await (await open()).close()
})

describe('submits are counted per origin over all runs, against the stricter of document and operator', () => {
  const POST = { method: 'POST', headers: { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' } }

  test('those beyond the limit are held back, told apart from the site, and leave no trace there', async () => {
    let now = Date.now()
    const counted: DayCount[] = []
    documents[hostOf(origin)] = grant(origin, { maxPerMinute: 3 })
    await using harness = await startGate({
      lookup,
      clock: { now: () => now },
      limits: () => ({ maxPerMinute: 2, maxPerDay: null }),
      onCounted: async (count) => void counted.push(count),
    })
    const target = await authorise(origin, options)
    const leftOrigin: unknown[] = []
    const leases = ['one', 'two', 'three'].map((runId) =>
      harness.gate.openLease({
        runId,
        target,
        userAgentToken: 'x',
        onRefusedNavigation: (record) => leftOrigin.push(record),
      }),
    )
    const statuses: unknown[] = []
    for (const lease of leases) {
      expect((await harness.send(lease, `${origin}/`)).statusCode).toBe(200)
      statuses.push((await harness.send(lease, `${origin}/`, POST)).statusCode)
      now += 10_000
    }
    expect(statuses).toEqual([200, 200, 403])
    expect(leases[2]?.records.at(-1)).toMatchObject({ verdict: 'refused', rule: 'limit_minute', method: 'POST' })
    expect(leases[2]?.outcome().limited).toMatchObject({ rule: 'limit_minute', origin, retryAfterMs: 40_000 })
    expect(leases[2]?.outcome().refusals).toEqual([])
    expect(leftOrigin).toEqual([])
    expect(site.arrived.filter((line) => line.startsWith('POST'))).toHaveLength(2)
    expect(counted).toMatchObject([
      { origin, count: 1 },
      { origin, count: 2 },
    ])
  })

  test('a day’s count goes on after a restart', async () => {
    documents[hostOf(origin)] = grant(origin, { maxPerDay: 1 })
    const target = await authorise(origin, options)
    const now = Date.UTC(2030, 0, 1, 12)
    const stored: DayCount[] = []
    const submit = async (): Promise<unknown> => {
      const counted = [...stored]
      await using harness = await startGate({
        lookup,
        clock: { now: () => now },
        counted,
        onCounted: async (count) => void stored.push(count),
      })
      await using lease = harness.gate.openLease({ runId: 'r', target, userAgentToken: 'x' })
      return (await harness.send(lease, `${origin}/`, POST)).statusCode
    }
    expect([await submit(), await submit()]).toEqual([200, 403])
  })

  test('a submit that counts leaves once its count is stored, and not at all where it cannot be', async () => {
    documents[hostOf(origin)] = grant(origin, { maxPerDay: 10 })
    const target = await authorise(origin, options)
    const counting = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const
    const asked: number[] = []
    await using harness = await startGate({
      lookup,
      onCounted({ count }) {
        asked.push(count)
        return counting[count === 1 ? 0 : 1].promise
      },
    })
    await using lease = harness.gate.openLease({ runId: 'r', target, userAgentToken: 'x' })
    const posted = (): number => site.arrived.filter((line) => line.startsWith('POST')).length
    const before = posted()
    const [first, second] = [1, 2].map(() => harness.send(lease, `${origin}/`, POST))
    await until(() => asked.length === 2)
    expect(posted()).toBe(before)
    counting[0].resolve()
    counting[1].reject(new Error('The disk is full.'))
    const statuses = (await Promise.all([first, second])).map((answer) => answer?.statusCode)
    expect(statuses.toSorted()).toEqual([200, 403])
    expect(posted()).toBe(before + 1)
    expect(lease.records.map(({ rule }) => rule).toSorted()).toEqual(['limit_uncounted', 'target'])
  })

  test('a submit whose sender left while it was counted does not leave', async () => {
    documents[hostOf(origin)] = grant(origin, { maxPerDay: 10 })
    const target = await authorise(origin, options)
    const counting = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    await using harness = await startGate({
      lookup,
      onCounted() {
        asked.resolve()
        return counting.promise
      },
    })
    await using lease = harness.gate.openLease({ runId: 'r', target, userAgentToken: 'x' })
    const before = site.arrived.length
    const sent = harness.send(lease, `${origin}/`, POST)
    await asked.promise
    await Promise.all([expect(sent).rejects.toThrow(), lease.close()])
    counting.resolve()
    await until(() => lease.records.length === 1)
    expect(lease.records[0]).toMatchObject({ verdict: 'faulted', code: 'CLIENT_ABORTED' })
    expect(site.arrived).toHaveLength(before)
  })
})

describe('while a run goes on', () => {
  const lostAfter = async (change: () => void): Promise<readonly string[]> => {
    const authorisation = await authorise(origin, options)
    const lost = Promise.withResolvers<readonly string[]>()
    using _watch = watchAuthorisation(authorisation, { ...options, everyMs: 1, onLost: lost.resolve })
    const asked = site.arrived.length
    // It is kept for as long as it stands.
    await until(() => site.arrived.length > asked + 2)
    change()
    return await lost.promise
  }

  test('a document that vanishes ends the right', async () => {
    expect(await lostAfter(() => delete documents[hostOf(origin)])).toEqual([
      'The site answered 404 where 200 is needed.',
    ])
  })

  test('so does one that changes', async () => {
    const lost = await lostAfter(() => {
      documents[hostOf(origin)] = grant(origin, { paths: ['/other'] })
    })
    expect(lost).toEqual(['The document has changed.'])
  })

  test('one that expires ends the right at that moment, though nobody answers who is asked about it', async () => {
    let now = Date.now()
    const clock = { now: () => now }
    documents[hostOf(origin)] = grant(origin, { submitOrigins: [forms] })
    documents[hostOf(forms)] = { ...grant(forms), expires: new Date(now + HOUR_MS / 2).toISOString() }
    const authorisation = await authorise(origin, { ...options, clock })
    documents[hostOf(origin)] = () => {}
    now += HOUR_MS / 2
    const lost: (readonly string[])[] = []
    const first = Promise.withResolvers<void>()
    using _watch = watchAuthorisation(authorisation, {
      ...{ ...options, clock, everyMs: 1, timeoutMs: 600_000 },
      onLost(problems) {
        lost.push(problems)
        first.resolve()
      },
    })
    await first.promise
    expect(lost).toEqual([[`The document of ${forms} expired at ${new Date(now).toISOString()}.`]])
  })

  test('a watch that is disposed asks no more', async () => {
    const authorisation = await authorise(origin, options)
    const watch = watchAuthorisation(authorisation, { ...options, everyMs: 1, onLost: () => expect.unreachable() })
    await until(() => site.arrived.length > 2)
    watch[Symbol.dispose]()
    delete documents[hostOf(origin)]
  })
})
