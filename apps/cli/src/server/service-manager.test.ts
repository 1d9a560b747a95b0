import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { serviceManager } from './service-manager.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

function rig(env: NodeJS.ProcessEnv, fails = false) {
  const sent: string[] = []
  const warnings: string[] = []
  const manager = serviceManager({
    env,
    pid: 7,
    warn: (sentence) => warnings.push(sentence),
    send: async (assignments) => {
      sent.push(assignments.join(' ').replace(/\d{6,}/, (digits) => (env.WATCHDOG_USEC === undefined ? '…' : digits)))
      if (fails) throw new Error('spawn systemd-notify ENOENT')
    },
  })
  return { manager, sent, warnings }
}
const SOCKET = { NOTIFY_SOCKET: '/run/notify' }
const beats = (sent: readonly string[]) => sent.filter((message) => message === 'WATCHDOG=1').length

describe('systemd', () => {
  it('is told nothing where it did not start this process', async () => {
    const { manager, sent } = rig({ WATCHDOG_USEC: '60000000' })
    await manager.ready('up')
    vi.advanceTimersByTime(600_000)
    expect(sent).toEqual([])
  })

  it('is told of readiness, reloads and the stop', async () => {
    const { manager, sent } = rig(SOCKET)
    await manager.ready('up')
    await manager.reloading()
    await manager.ready('up')
    await manager.stopping('SIGTERM')
    expect(sent).toEqual([
      'READY=1 STATUS=up',
      'RELOADING=1 MONOTONIC_USEC=…',
      'READY=1 STATUS=up',
      'STOPPING=1 STATUS=SIGTERM',
    ])
  })

  it.each([
    ['each half of its patience', { WATCHDOG_USEC: '60000000', WATCHDOG_PID: '7' }, 4],
    ['not where the watchdog is for another process', { WATCHDOG_USEC: '60000000', WATCHDOG_PID: '8' }, 0],
    ['not where there is no watchdog', {}, 0],
  ])('gets a sign of life: %s', async (_, env, count) => {
    const { manager, sent } = rig({ ...SOCKET, ...env })
    await manager.ready('up')
    vi.advanceTimersByTime(120_000)
    expect(beats(sent)).toBe(count)
    manager[Symbol.dispose]()
    vi.advanceTimersByTime(120_000)
    expect(beats(sent)).toBe(count)
  })

  it('is asked to be patient where its watchdog is shorter than 30 s', async () => {
    const { manager, sent, warnings } = rig({ ...SOCKET, WATCHDOG_USEC: '2000000' })
    await manager.ready('up')
    vi.advanceTimersByTime(60_000)
    expect(warnings).toEqual([expect.stringContaining('WatchdogSec of 2 s is too short')])
    expect(sent).toContain('WATCHDOG_USEC=30000000')
    expect(beats(sent)).toBe(4)
  })

  it('that cannot be reached stops nothing, and is told of once', async () => {
    const { manager, warnings } = rig(SOCKET, true)
    await manager.ready('up')
    await manager.stopping('SIGTERM')
    expect(warnings).toEqual([expect.stringContaining('ENOENT')])
  })
})
