import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Interruptible, untilEnded } from './signals.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function fakeProcess() {
  const exits: number[] = []
  const emitter = new EventEmitter()
  return Object.assign(emitter, { exits, exit: (code: number) => void exits.push(code) }) as unknown as Interruptible &
    EventEmitter & { exits: number[] }
}

it.each([
  ['SIGINT', 'SIGINT', 130],
  ['SIGTERM', 'SIGTERM', 143],
  ['SIGTERM', 'SIGINT', 130],
] as const)('%s asks for an end, %s after it ends with %i', async (first, second, code) => {
  const process = fakeProcess()
  using ended = untilEnded(process)
  process.emit(first, first)
  expect(await ended.end).toEqual({ kind: 'signal', signal: first })
  expect(process.exits).toEqual([])
  process.emit(second, second)
  expect(process.exits).toEqual([code])
})

it.each(['uncaughtException', 'unhandledRejection'])(
  'an error that nobody caught asks for an end: %s',
  async (name) => {
    const process = fakeProcess()
    using ended = untilEnded(process)
    const error = new TypeError('oops')
    process.emit(name, error)
    process.emit(name, new Error('and what follows from it'))
    expect(await ended.end).toEqual({ kind: 'failure', error })
    expect(process.exits).toEqual([])
  },
)

it('a stop that hangs is ended', () => {
  const process = fakeProcess()
  using _ = untilEnded(process)
  process.emit('SIGTERM', 'SIGTERM')
  vi.advanceTimersByTime(40_000)
  expect(process.exits).toEqual([])
  vi.advanceTimersByTime(20_000)
  expect(process.exits).toEqual([1])
})

it('leaves no listener and no timer behind', () => {
  const process = fakeProcess()
  const ended = untilEnded(process)
  process.emit('SIGTERM', 'SIGTERM')
  ended[Symbol.dispose]()
  expect(process.eventNames()).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})
