import type { IncomingMessage } from 'node:http'
import { countHeader } from './headers.ts'
import type { RequestLine } from './policy.ts'
import { isNavigation } from './record.ts'

/** What a request asks for, or why it cannot be taken at its word. `line` is what the log shows in either case. */
export interface Inspected {
  readonly line: RequestLine
  readonly problem?: 'malformed' | 'host_mismatch'
}

/**
 * Reads the target of a request: absolute form outside of a tunnel, origin form inside. The Host header must name the
 * same site, once, in the form in which a browser writes it, or site and gate would each read another request.
 */
export function inspect(req: IncomingMessage, tunnel: string | undefined): Inspected {
  const method = req.method ?? ''
  const target = req.url ?? ''
  const unreadable = { line: { method, origin: tunnel ?? 'unknown', path: '/' }, problem: 'malformed' } as const
  if (!/^[\x21-\x7e]+$/.test(target) || target.includes('#') || !framed(req)) return unreadable
  if (tunnel !== undefined) {
    if (!target.startsWith('/')) return unreadable
    return hostChecked(req, { method, origin: tunnel, path: target })
  }
  const origin = /^http:\/\/[^/?#@\\]+/.exec(target)?.[0]
  if (origin === undefined || URL.parse(origin)?.origin !== origin) return unreadable
  const rest = target.slice(origin.length)
  return hostChecked(req, { method, origin, path: rest.startsWith('/') ? rest : `/${rest}` })
}

/** Whether a request opens a page or a frame of its own, or a WebSocket, as far as its headers tell. */
export function isWhole({ headers }: IncomingMessage): boolean {
  return headers['sec-fetch-mode'] === 'navigate' || headers.upgrade !== undefined || isNavigation(headers)
}

/** The host and port of a CONNECT, provided it is written as WHATWG URL serialises them. */
export function tunnelAuthority(target: string): { hostname: string; port: string } | undefined {
  const match = /^(.+):(\d{1,5})$/.exec(target)
  const hostname = match?.[1]
  const port = match?.[2]
  if (hostname === undefined || port === undefined || Number(port) === 0 || String(Number(port)) !== port)
    return undefined
  const url = URL.parse(`http://${hostname}:${port}/`)
  return url !== null && url.hostname === hostname && url.pathname === '/' && url.username === ''
    ? { hostname, port }
    : undefined
}

/**
 * Whether gate and site cannot but agree on where the body begins and ends: no other coding, no body under an upgrade, and
 * nothing to be met first but what the gate has met.
 */
function framed({ headers, method }: IncomingMessage): boolean {
  const { expect, 'transfer-encoding': coding } = headers
  if (expect !== undefined && expect.toLowerCase() !== '100-continue') return false
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') return false
  const upgrade = headers.upgrade?.toLowerCase() === 'websocket'
  return !upgrade || (method === 'GET' && coding === undefined && headers['content-length'] === undefined)
}

function hostChecked(req: IncomingMessage, line: RequestLine): Inspected {
  const once = countHeader(req.rawHeaders, 'host') === 1
  const same = req.headers.host === line.origin.slice(line.origin.indexOf('//') + 2)
  return once && same ? { line } : { line, problem: 'host_mismatch' }
}
