import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { join } from 'node:path'
import type { BatchResult } from '@refbot/plugin-registration'
import { startTestHost, type TestHost } from '@refbot/runtime/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { selfSigned } from '../../../plugins/registration/src/testing/self-signed.ts'

const PLUGIN = join(import.meta.dirname, '..', '..', '..', 'plugins', 'registration')
const FORM = '<form method="post"><label>Email <input name="email" type="email"></label><button>Sign up</button></form>'

// Time that a browser may take on a machine with other things to do.
const TIMEOUT_MS = 150_000
vi.setConfig({ testTimeout: TIMEOUT_MS + 30_000 })

let host: TestHost
beforeAll(async () => {
  host = await startTestHost({ plugin: PLUGIN })
}, TIMEOUT_MS)
afterAll(() => host?.[Symbol.asyncDispose](), TIMEOUT_MS)

interface Site extends AsyncDisposable {
  readonly port: number
  /** `METHOD path` of what arrived. */
  readonly arrived: readonly string[]
}

async function serve(make: (listener: RequestListener) => Server, answer: (method: string) => string): Promise<Site> {
  const arrived: string[] = []
  const server = make((req, res) => {
    arrived.push(`${req.method} ${req.url}`)
    res.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><body>${answer(req.method ?? '')}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    arrived,
    [Symbol.asyncDispose]: async () => {
      server.close()
    },
  }
}

const signUp = (url: string) => host.run({ url, batchSize: 1, timeoutMs: TIMEOUT_MS })

describe('the registration plugin behind the gate', () => {
  it('says of a site whose certificate nobody vouches for what is wrong, and nothing is sent to it', async () => {
    await using site = await serve(
      (listener) => createSecureServer(selfSigned, listener),
      () => FORM,
    )
    expect(await signUp(`https://127.0.0.1:${site.port}/`)).toMatchObject({
      status: 'failed',
      error: {
        code: 'NO_SUBMISSION_SUCCEEDED',
        message: expect.stringMatching(/tls_failed.*\(TARGET_TLS_UNTRUSTED\)/),
      },
    })
    expect(site.arrived).toEqual([])
  })

  it('fills in the form below a frame of another origin, which the gate does not load', async () => {
    await using consent = await serve(createServer, () => '<p>We use cookies.</p><button>Accept all</button>')
    const frame = `<iframe src="http://127.0.0.1:${consent.port}/" style="position:fixed;inset:0;width:100%;height:100%"></iframe>`
    await using site = await serve(createServer, (method) => (method === 'POST' ? '<h1>Welcome</h1>' : FORM + frame))
    const run = await signUp(`http://127.0.0.1:${site.port}/`)
    expect(run).toMatchObject({ status: 'success' })
    const { submissions } = run.result as unknown as BatchResult
    expect(submissions).toMatchObject([{ outcome: 'success' }])
    expect(site.arrived.filter((line) => line.startsWith('POST'))).toHaveLength(1)
    expect(consent.arrived).toEqual([])
    const [refused] = readFileSync(host.refbot.runs.requestsFile(run.id), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ verdict }) => verdict === 'refused')
    expect(refused).toMatchObject({ origin: `http://127.0.0.1:${consent.port}`, rule: 'origin_not_granted' })
  })
})
