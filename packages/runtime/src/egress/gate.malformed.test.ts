import { once } from 'node:events'
import { connect, type TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { GateLease } from './lease.ts'
import { type Site, startSite } from './testing/sites.ts'
import { startGate, type TestGate } from './testing/through.ts'
import { until } from './testing/until.ts'

const UPGRADE = 'Connection: Upgrade\r\nUpgrade: websocket\r\n'

let harness: TestGate
let site: Site
let lease: GateLease
beforeAll(async () => {
  harness = await startGate()
  site = await startSite((_req, res) => res.end('site'))
})
afterAll(async () => {
  await harness[Symbol.asyncDispose]()
  await site[Symbol.asyncDispose]()
})
beforeEach(async () => {
  site.arrived.length = 0
  lease = await harness.lease(site.origin)
})
afterEach(async () => {
  await lease.close()
})

describe('a request is taken at its word only when all of it says the same', () => {
  let socket: TLSSocket
  let answer: string
  const host = () => new URL(site.origin).host

  beforeEach(async () => {
    const servername = new URL(lease.server).hostname
    socket = connect({ host: '127.0.0.1', port: harness.gate.port, servername, rejectUnauthorized: false })
    answer = ''
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      answer += chunk
    })
    await once(socket, 'secureConnect')
  })
  afterEach(() => {
    socket.destroy()
  })

  const tunnel = async (): Promise<void> => {
    socket.write(`CONNECT ${host()} HTTP/1.1\r\nHost: ${host()}\r\n\r\n`)
    await until(() => answer.includes('\r\n\r\n'))
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    answer = ''
  }

  const INSIDE: [string, (host: string) => string, string][] = [
    ['another Host', () => 'GET / HTTP/1.1\r\nHost: other.invalid\r\n\r\n', 'host_mismatch'],
    ['two Hosts', (h) => `GET / HTTP/1.1\r\nHost: ${h}\r\nHost: ${h}\r\n\r\n`, 'host_mismatch'],
    ['no Host', () => 'GET / HTTP/1.1\r\n\r\n', 'host_mismatch'],
    ['no Host, as was once allowed', () => 'GET / HTTP/1.0\r\n\r\n', 'host_mismatch'],
    ['an expectation of its own', (h) => `GET / HTTP/1.1\r\nHost: ${h}\r\nExpect: banana\r\n\r\n`, 'malformed'],
    ['absolute form inside a tunnel', (h) => `GET http://${h}/ HTTP/1.1\r\nHost: ${h}\r\n\r\n`, 'malformed'],
    ['a tunnel inside a tunnel', (h) => `CONNECT ${h} HTTP/1.1\r\nHost: ${h}\r\n\r\n`, 'malformed'],
    ['an asterisk', (h) => `OPTIONS * HTTP/1.1\r\nHost: ${h}\r\n\r\n`, 'malformed'],
    [
      'two lengths',
      (h) => `POST / HTTP/1.1\r\nHost: ${h}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      'malformed',
    ],
    [
      'differing lengths',
      (h) => `POST / HTTP/1.1\r\nHost: ${h}\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`,
      'malformed',
    ],
    [
      'an unknown coding',
      (h) => `POST / HTTP/1.1\r\nHost: ${h}\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
      'malformed',
    ],
    [
      'a coding that would have to be undone',
      (h) => `POST / HTTP/1.1\r\nHost: ${h}\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
      'malformed',
    ],
    [
      'an upgrade with a body',
      (h) => `GET / HTTP/1.1\r\nHost: ${h}\r\n${UPGRADE}Content-Length: 40\r\n\r\n`,
      'malformed',
    ],
    ['an upgrade of a POST', (h) => `POST / HTTP/1.1\r\nHost: ${h}\r\n${UPGRADE}\r\n`, 'malformed'],
    ['a folded header', (h) => `GET / HTTP/1.1\r\nHost: ${h}\r\nX: a\r\n b\r\n\r\n`, 'malformed'],
    ['bare line feeds', (h) => `GET / HTTP/1.1\nHost: ${h}\n\n`, 'malformed'],
    ['a space before a colon', (h) => `GET / HTTP/1.1\r\nHost : ${h}\r\n\r\n`, 'malformed'],
    ['a NUL in a header', (h) => `GET / HTTP/1.1\r\nHost: ${h}\r\nX: a\0b\r\n\r\n`, 'malformed'],
    ['a fragment', (h) => `GET /#x HTTP/1.1\r\nHost: ${h}\r\n\r\n`, 'malformed'],
    ['a header of 1 MB', (h) => `GET / HTTP/1.1\r\nHost: ${h}\r\nX: ${'x'.repeat(1024 * 1024)}\r\n\r\n`, 'malformed'],
    ['no HTTP at all', () => 'SSH-2.0-banana\r\n\r\n', 'malformed'],
  ]

  test.each(INSIDE)('inside a tunnel: %s', async (_name, request, rule) => {
    await tunnel()
    socket.write(request(host()))
    await until(() => lease.records.length > 0)
    expect(lease.records[0]).toMatchObject({ verdict: 'refused', rule })
    await until(() => socket.destroyed)
    expect(answer).toMatch(/^(HTTP\/1\.1 4\d\d |$)/)
    expect(site.arrived).toEqual([])
  })

  test('a client that never ends its request holds up nobody, sends nothing on, and ends with its lease', async () => {
    await tunnel()
    socket.write(`GET / HTTP/1.1\r\nHost: ${host()}\r\nX-Slow: `)
    for (const letter of 'slowly') socket.write(letter)
    await using other = await harness.lease(site.origin)
    expect((await harness.send(other, `${site.origin}/other`)).statusCode).toBe(200)
    expect(site.arrived).toEqual(['GET /other'])
    await lease.close()
    await until(() => socket.destroyed)
  })

  const OUTSIDE: [string, (host: string) => string, string][] = [
    ['origin form', (h) => `GET / HTTP/1.1\r\nHost: ${h}\r\n\r\n`, 'malformed'],
    ['https in absolute form', (h) => `GET https://${h}/ HTTP/1.1\r\nHost: ${h}\r\n\r\n`, 'malformed'],
    ['credentials in the address', (h) => `GET http://a:b@${h}/ HTTP/1.1\r\nHost: ${h}\r\n\r\n`, 'malformed'],
    [
      'a shortened address',
      (h) => `GET http://${h.replace('127.0.0.1', '127.1')}/ HTTP/1.1\r\nHost: ${h}\r\n\r\n`,
      'malformed',
    ],
    ['upper case in the scheme', (h) => `GET HTTP://${h}/ HTTP/1.1\r\nHost: ${h}\r\n\r\n`, 'malformed'],
    ['another Host', (h) => `GET http://${h}/ HTTP/1.1\r\nHost: other.invalid\r\n\r\n`, 'host_mismatch'],
    ['a tunnel to a path', (h) => `CONNECT ${h}/x HTTP/1.1\r\nHost: ${h}\r\n\r\n`, 'malformed'],
    ['a tunnel without a port', () => 'CONNECT 127.0.0.1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', 'malformed'],
    ['a tunnel to a shortened address', () => 'CONNECT 127.1:80 HTTP/1.1\r\nHost: 127.1:80\r\n\r\n', 'malformed'],
  ]

  test.each(OUTSIDE)('outside of a tunnel: %s', async (_name, request, rule) => {
    socket.write(request(host()))
    await until(() => lease.records.length > 0)
    expect(lease.records[0]).toMatchObject({ verdict: 'refused', rule })
    expect(site.arrived).toEqual([])
  })

  test('the same, said well, arrives: plain and inside a tunnel', async () => {
    socket.write(`GET ${site.origin}/plain HTTP/1.1\r\nHost: ${host()}\r\n\r\n`)
    await until(() => answer.includes('site'))
    answer = ''
    await tunnel()
    socket.write(`GET /inside HTTP/1.1\r\nHost: ${host()}\r\n\r\n`)
    await until(() => answer.includes('site'))
    expect(site.arrived).toEqual(['GET /plain', 'GET /inside'])
  })
})
