import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { type Direction, tunnel } from './tunnel.ts'

/** Two connected sockets. */
async function pair(): Promise<[Socket, Socket]> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const one = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const [other] = (await once(server, 'connection')) as [Socket]
  server.close()
  return [one, other]
}

async function open(pause: () => Promise<void> = () => Promise.resolve()) {
  const [browser, client] = await pair()
  const [upstream, site] = await pair()
  const counted: Record<Direction, number> = { up: 0, down: 0 }
  const done = tunnel({
    client,
    upstream,
    pause,
    count: (direction, bytes) => {
      counted[direction] += bytes
    },
  })
  return { browser, site, counted, done }
}

const text = async (socket: Socket): Promise<string> => String((await once(socket, 'data'))[0])

it('carries bytes both ways and counts them', async () => {
  const { browser, site, counted, done } = await open()
  browser.write('question')
  expect(await text(site)).toBe('question')
  site.end('the answer')
  expect(await text(browser)).toBe('the answer')
  browser.end()
  await done
  expect(counted).toEqual({ up: 8, down: 10 })
})

it('lets one side go on after the other has said its last', async () => {
  const { browser, site, done } = await open()
  browser.end('last word')
  expect(await text(site)).toBe('last word')
  await once(site, 'end')
  site.end('reply')
  expect(await text(browser)).toBe('reply')
  await done
})

it('waits whenever the traffic changes direction, and only then', async () => {
  let pauses = 0
  const { browser, site, done } = await open(() => {
    pauses += 1
    return Promise.resolve()
  })
  for (const word of ['one', 'two']) {
    browser.write(word)
    expect(await text(site)).toBe(word)
  }
  expect(pauses).toBe(1)
  site.write('three')
  await text(browser)
  expect(pauses).toBe(2)
  browser.write('four')
  await text(site)
  expect(pauses).toBe(3)
  browser.destroy()
  site.destroy()
  await done
})

it('keeps the bytes in their order while the first ones wait', async () => {
  const wait = Promise.withResolvers<void>()
  const { browser, site, done } = await open(() => wait.promise)
  let got = ''
  site.on('data', (chunk) => {
    got += String(chunk)
  })
  browser.write('one ')
  browser.end('two')
  wait.resolve()
  await once(site, 'end')
  expect(got).toBe('one two')
  site.end()
  await done
})

it('ends both sides when one breaks', async () => {
  const { browser, site, done } = await open()
  site.resume().on('end', () => site.end())
  browser.resetAndDestroy()
  await once(site, 'close')
  await done
})
