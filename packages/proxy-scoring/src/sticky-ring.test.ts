import { describe, expect, it } from 'vitest'
import { StickyRing } from './sticky-ring.ts'

const names = Array.from({ length: 50 }, (_, i) => `proxy-${i}`)
const keys = Array.from({ length: 5000 }, (_, i) => `session-${i}`)
const ring = (members: readonly string[]) => new StickyRing(members.map((name) => [name, name] as const))
const all = () => true

describe('a sticky ring', () => {
  it('gives a key the same member, in whatever order the members came', () => {
    const one = ring(names)
    const other = ring([])
    for (const name of [...names].reverse()) other.add(name, name)
    for (const key of keys) expect(other.find(key, all)).toBe(one.find(key, all))
  })

  it('moves only the keys of a member that goes, and gives them back when it returns', () => {
    const one = ring(names)
    const before = keys.map((key) => one.find(key, all))
    one.delete('proxy-7')
    const without = keys.map((key) => one.find(key, all))
    for (const [i, member] of before.entries())
      if (member !== 'proxy-7') expect(without[i]).toBe(member)
      else expect(without[i]).not.toBe('proxy-7')
    one.add('proxy-7', 'proxy-7')
    expect(keys.map((key) => one.find(key, all))).toEqual(before)
  })

  it('goes over to the same next member while its own is not usable', () => {
    const one = ring(names)
    const own = one.find('k', all)
    const next = one.find('k', (member) => member !== own)
    expect(next).not.toBe(own)
    expect(one.find('k', (member) => member !== own)).toBe(next)
    expect(one.find('k', (member) => member === 'proxy-3')).toBe('proxy-3')
    expect(one.find('k', () => false)).toBeUndefined()
    expect(ring([]).find('k', all)).toBeUndefined()
  })

  it('spreads keys evenly', () => {
    const counts = new Map<string, number>()
    const one = ring(names)
    for (const key of keys) counts.set(one.find(key, all) ?? '', (counts.get(one.find(key, all) ?? '') ?? 0) + 1)
    expect(counts.size).toBe(50)
    expect(Math.max(...counts.values())).toBeLessThan(160)
  })
})
