import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { type CertificateOptions, selfSignedCertificate } from '../der.ts'

export interface Site extends AsyncDisposable {
  readonly origin: string
  readonly port: number
  readonly server: Server
  /** `METHOD url` of each request that arrived. */
  readonly arrived: string[]
}

export interface SiteOptions {
  readonly host?: string
  readonly tls?: Credentials
}

export interface Credentials {
  readonly key: string
  readonly cert: string
}

const DAY_MS = 86_400_000

/** A key and a certificate for loopback, valid now unless the options say otherwise. */
export function credentials(options: Partial<CertificateOptions> = {}): Credentials {
  const { privateKey: key } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const cert = selfSignedCertificate({
    keyPem: key,
    // A store of trusted certificates is searched by name.
    commonName: randomUUID(),
    altNames: ['localhost', '127.0.0.1'],
    notBefore: Date.now() - DAY_MS,
    notAfter: Date.now() + DAY_MS,
    ...options,
  })
  return { key, cert }
}

/** Makes this test process trust certificates, as NODE_EXTRA_CA_CERTS would. */
export function trust(...certificates: string[]): void {
  setDefaultCACertificates([...getCACertificates('default'), ...certificates])
}

/** A site on loopback that notes what arrives. */
export async function startSite(listener: RequestListener, options: SiteOptions = {}): Promise<Site> {
  const { host = '127.0.0.1', tls } = options
  const arrived: string[] = []
  const noting: RequestListener = (req, res) => {
    arrived.push(`${req.method} ${req.url}`)
    listener(req, res)
  }
  const server = tls === undefined ? createServer(noting) : createSecureServer(tls, noting)
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const { port } = server.address() as AddressInfo
  const shown = host.includes(':') ? `[${host}]` : host
  return {
    origin: `${tls === undefined ? 'http' : 'https'}://${shown}:${port}`,
    port,
    server,
    arrived,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}
