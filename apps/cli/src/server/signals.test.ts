import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { type Interruptible, untilInterrupted } from './signals.ts'

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
  using interruption = untilInterrupted(process)
  process.emit(first, first)
  expect(await interruption.signal).toBe(first)
  expect(process.exits).toEqual([])
  process.emit(second, second)
  expect(process.exits).toEqual([code])
})

it('leaves no listener behind', () => {
  const process = fakeProcess()
  untilInterrupted(process)[Symbol.dispose]()
  expect(process.eventNames()).toEqual([])
})
