import { Duplex, duplexPair } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { serialize } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { HOST_INTAKE } from './intake.ts'
import { type HostApi, hostCalls, validated } from './protocol.ts'
import { connect } from './rpc.ts'

const TOLD = { t: 'q', i: 'a', m: 'log' }

function framed(body: Buffer): Buffer {
  const header = Buffer.alloc(4)
  header.writeUInt32BE(body.length)
  return Buffer.concat([header, body])
}

/** What the host makes of a frame: what ended the process, if anything did. */
async function said(body: Buffer): Promise<readonly Error[]> {
  const broken: Error[] = []
  const end = (error: Error) => broken.push(error)
  const [host, plugin] = duplexPair()
  const api = Object.fromEntries(Object.keys(hostCalls).map((name) => [name, () => expect.unreachable(name)]))
  connect(host, validated(api as unknown as HostApi, end), end, HOST_INTAKE)
  plugin.write(framed(body))
  for (let n = 0; n < 5; n += 1) await turn()
  return broken
}

/** A list that says it has so many items, and has none. */
const holes = (length: number) => Object.assign([], { length })

/** A tree of so many levels, each of which has the one below it twice: 2^levels leaves in a few bytes a level. */
function twins(levels: number): unknown {
  return levels === 0 ? 'leaf' : Array(2).fill(twins(levels - 1))
}

describe('a peer that talks nonsense', () => {
  it.each([
    ['a call that is none', serialize({ ...TOLD, m: 'drop', a: [] })],
    ['a call by the name of an inherited property', serialize({ ...TOLD, m: 'constructor', a: [] })],
    ['a call whose name is none', serialize({ ...TOLD, m: { a: 1 }, a: [] })],
    ['arguments of the wrong shape', serialize({ ...TOLD, a: [[{ at: 'now' }]] })],
    ['no arguments', serialize(TOLD)],
    ['no message', serialize(['nonsense'])],
    ['no v8 frame', Buffer.from('no v8 frame at all')],
    ['nothing', Buffer.alloc(0)],
    ['arguments that are no list', serialize({ ...TOLD, a: { length: 1e8 } })],
    ['a list of holes for its arguments', serialize({ ...TOLD, a: holes(4e9) })],
    ['a list of holes among them', serialize({ ...TOLD, a: [holes(4e9)] })],
    ['a value that holds one part many times', serialize({ ...TOLD, m: 'storageSet', a: ['key', twins(60)] })],
    ['an answer that holds one part many times', serialize({ t: 's', i: 'never-asked', r: twins(60) })],
    ['what is no plain value', serialize({ t: 's', i: 'never-asked', r: new Map() })],
  ])('is done with after %s', async (_, body) => {
    expect(await said(body)).toEqual([expect.any(Error)])
  })

  it.each([
    ['an answer to nothing', { t: 's', i: 'never-asked', r: 1 }],
    ['an error to nothing', { t: 's', i: 'never-asked', e: 'x' }],
    ['an error of wrong parts', { t: 's', i: 'never-asked', e: { message: { a: 1 }, code: 7 } }],
  ])('changes nothing by %s', async (_, message) => {
    expect(await said(serialize(message))).toEqual([])
  })
})

describe('a peer that asks on', () => {
  const limits = { calls: 10, bytes: 1000 }

  it.each([
    ['many calls', 100, 1],
    ['large calls', 20, 400],
  ])('is read no further while %s are unanswered, and loses none of them', async (_, calls, size) => {
    const gate = Promise.withResolvers<void>()
    const open: number[] = []
    const [host, plugin] = duplexPair()
    const end = (error: Error) => expect.unreachable(error.message)
    const api = { echo: (text: string, n: number) => gate.promise.then(() => text.length * n, open.push(n) as never) }
    connect(host, api, end, limits)
    const peer = connect<typeof api, object>(plugin, {}, end)
    const answers = Array.from({ length: calls }, (_, n) => peer.echo('x'.repeat(size), n))
    for (let n = 0; n < 20; n += 1) await turn()
    expect(open.length).toBeGreaterThan(0)
    expect(open.length).toBeLessThan(calls)
    gate.resolve()
    expect(await Promise.all(answers)).toEqual(Array.from({ length: calls }, (_, n) => size * n))
  })

  it('is read no further while it does not read its answers', async () => {
    let served = 0
    const host = new Duplex({ read: () => undefined, write: () => undefined, writableHighWaterMark: 1 })
    connect(host, { serve: () => 'x'.repeat(500 + served++) }, (error) => expect.unreachable(error.message), limits)
    for (let n = 0; n < 50; n += 1) host.push(framed(serialize({ t: 'q', i: `${n}`, m: 'serve', a: [] })))
    for (let n = 0; n < 20; n += 1) await turn()
    expect(served).toBeGreaterThan(0)
    expect(served).toBeLessThan(50)
  })
})
