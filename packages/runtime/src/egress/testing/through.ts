import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { authorise } from '../authorisation.ts'
import { Gate, type GateOptions } from '../gate.ts'
import { createGateIdentity, type GateIdentity } from '../identity.ts'
import type { GateLease, LeaseOptions } from '../lease.ts'
import { openTunnel } from '../tunnel.ts'

export interface TestGate extends AsyncDisposable {
  readonly gate: Gate
  readonly identity: GateIdentity
  lease(origin: string, options?: Partial<LeaseOptions>): Promise<GateLease>
  /** Sends one request through a lease in a tunnel of its own, as a browser would. */
  send(lease: { server: string }, url: string, options?: SendOptions): Promise<IncomingMessage>
}

export interface SendOptions {
  readonly method?: string
  readonly headers?: Record<string, string | string[]>
  readonly body?: string | Buffer
  /** Handed the request before it is sent, to write a body, abort it or upgrade. */
  readonly with?: (sent: ClientRequest) => void
}

export async function startGate(options: Partial<GateOptions> = {}): Promise<TestGate> {
  const identity = createGateIdentity()
  const gate = await Gate.start({ identity, ...options })
  return {
    gate,
    identity,
    async lease(origin, more = {}) {
      return gate.openLease({ runId: 'run-1', target: await authorise(origin), userAgentToken: 'RefBot/9.9', ...more })
    },
    async send(lease, url, { method = 'GET', headers = {}, body, with: prepare } = {}) {
      const { origin, host, pathname, search } = new URL(url)
      const socket = await openTunnel(
        { port: gate.port, certificatePem: identity.certificatePem },
        lease.server,
        origin,
      )
      return await new Promise((resolve, reject) => {
        const sent = request({
          method,
          path: pathname + search,
          headers: { host, 'user-agent': 'Test/1', ...headers },
          createConnection: () => socket,
        })
        sent.once('response', resolve)
        sent.once('error', reject)
        if (prepare !== undefined) prepare(sent)
        else sent.end(body)
      })
    },
    [Symbol.asyncDispose]: () => gate[Symbol.asyncDispose](),
  }
}

export async function bodyOf(response: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return Buffer.concat(chunks)
}
