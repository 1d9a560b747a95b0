import { describe, expect, it } from 'vitest'
import { Slots, type Ticket } from './slots.ts'

function ticket(name: string, log: string[], slotKey?: string): Ticket {
  return { slotKey, admitted: () => log.push(name) }
}

describe('slots', () => {
  it('are without limit by default', () => {
    const slots = new Slots()
    expect(Array.from({ length: 1000 }, () => slots.enter(ticket('', []))).every((entered) => entered)).toBe(true)
  })

  it('admit those that wait in order of arrival', () => {
    const log: string[] = []
    const slots = new Slots({ total: 1 })
    const [a, b, c] = [ticket('a', log), ticket('b', log), ticket('c', log)]
    expect([slots.enter(a), slots.enter(b), slots.enter(c)]).toEqual([true, false, false])
    slots.leave(a)
    expect(log).toEqual(['b'])
    slots.leave(b)
    expect(log).toEqual(['b', 'c'])
  })

  it('let a full key hold up no other', () => {
    const log: string[] = []
    const slots = new Slots({ total: 2, perKey: 1 })
    const first = ticket('x1', log, 'x')
    expect(slots.enter(first)).toBe(true)
    expect(slots.enter(ticket('x2', log, 'x'))).toBe(false)
    expect(slots.enter(ticket('y1', log, 'y'))).toBe(true)
    slots.leave(first)
    expect(log).toEqual(['x2'])
  })

  it('know limits of single keys', () => {
    const slots = new Slots({ perKey: 1, keys: { wide: 2 } })
    expect([0, 1, 2].map(() => slots.enter(ticket('', [], 'wide')))).toEqual([true, true, false])
    expect([0, 1].map(() => slots.enter(ticket('', [], 'constructor')))).toEqual([true, false])
  })

  it('give what a withdrawn ticket reserved to the next', () => {
    const log: string[] = []
    const slots = new Slots({ total: 1, perKey: 1 })
    const holder = ticket('holder', log)
    const reserved = ticket('reserved', log, 'k')
    const behind = ticket('behind', log, 'k')
    slots.enter(holder)
    expect([slots.enter(reserved), slots.enter(behind)]).toEqual([false, false])
    expect(slots.withdraw(reserved)).toBe(true)
    expect(slots.withdraw(reserved)).toBe(false)
    slots.leave(holder)
    expect(log).toEqual(['behind'])
  })
})
