import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Site } from '../egress/testing/sites.ts'
import { until } from '../egress/testing/until.ts'
import { browserArguments, executable, launchFenced, openYard, type Yard } from './testing/cages.ts'
import { attemptCommands, COMMAND_ESCAPES } from './testing/command-escapes.ts'
import { drivePipe, driveSocket, type RawDriver } from './testing/raw-driver.ts'
import { startStranger } from './testing/stranger.ts'
import { startTarget } from './testing/target.ts'

const NOTHING = { tcp: 0, udp: 0 }

let target: Site
let yard: Yard
let driver: RawDriver

beforeAll(async () => {
  target = await startTarget()
})
afterAll(async () => {
  await target[Symbol.asyncDispose]()
})

/** Opens and closes the browser of one way of holding it. */
function held(open: () => Promise<RawDriver>): void {
  beforeAll(async () => {
    yard = await openYard(target.origin)
    driver = await open()
  })
  afterAll(async () => {
    await driver[Symbol.asyncDispose]()
    await yard[Symbol.asyncDispose]()
  })
}

const where = () => ({ lease: yard.lease.server, target: target.origin })

test.each(COMMAND_ESCAPES)('$name differs from a lease’s', ({ context }) => {
  const lease = 'https://lease.gate.invalid:443'
  const stranger = { origin: 'http://127.0.0.1:1', port: 1, arrivals: NOTHING, [Symbol.asyncDispose]: async () => {} }
  expect(context(stranger, lease)).not.toEqual({ proxyServer: lease, proxyBypassList: '<-loopback>' })
})

describe('through the relay', () => {
  held(async () => await driveSocket((await launchFenced(yard)).wsEndpoint))

  test.each(COMMAND_ESCAPES)('a stranger receives nothing from $name', async (commands) => {
    await using stranger = await startStranger()
    await expect(attemptCommands(commands, driver, stranger, where())).rejects.toThrow(
      commands.name === 'the default context' ? /^net::ERR_/ : /^RefBot refused Target.createBrowserContext/,
    )
    expect(stranger.arrivals).toEqual(NOTHING)
  })

  test('the target is reached by a context on the run’s lease', async () => {
    const lease = {
      name: '',
      to: 'target',
      context: () => ({ proxyServer: yard.lease.server, proxyBypassList: '<-loopback>' }),
    } as const
    await using stranger = await startStranger()
    await attemptCommands(lease, driver, stranger, where())
    expect(target.arrived).toContain('GET /')
  })
})

describe('past the relay, the arguments hold by themselves', () => {
  held(async () => await drivePipe(executable(), browserArguments(yard, true)))

  test.each(COMMAND_ESCAPES)('a stranger receives nothing from $name', async (commands) => {
    await using stranger = await startStranger()
    await expect(attemptCommands(commands, driver, stranger, where())).rejects.toThrow(/^net::ERR_/)
    expect(stranger.arrivals).toEqual(NOTHING)
  })
})

describe('control: in a free browser', () => {
  held(async () => await drivePipe(executable(), browserArguments(yard, false)))

  test.each(COMMAND_ESCAPES)('a stranger is reached by $name', async (commands) => {
    await using stranger = await startStranger()
    attemptCommands(commands, driver, stranger, where()).catch(() => {})
    await until(() => stranger.arrivals.tcp + stranger.arrivals.udp > 0)
  })
})
