import { describe, expect, it } from 'vitest'
import { ProxyScorer } from './scorer.ts'
import { ManualClock } from './testing/manual-clock.ts'
import { seededRandom } from './testing/random.ts'

const GROUPS = 100

describe('filters', () => {
  it('of any number find their own, however often they change and whoever comes and goes', () => {
    const clock = new ManualClock()
    const scorer = new ProxyScorer({ clock, random: seededRandom(2) })
    const add = (group: number, copy: number) =>
      scorer.add({ id: `${group}-${copy}`, host: 'h.test', port: 1 + group * 10 + copy, tags: [`t${group}`] })
    for (let group = 0; group < GROUPS; group += 1) for (let copy = 0; copy < 3; copy += 1) add(group, copy)
    const draw = seededRandom(3)
    for (let i = 0; i < 5000; i += 1) {
      const group = Math.floor(draw() * GROUPS)
      using lease = scorer.acquireSync({ tags: [`t${group}`] })
      expect(lease.proxy.tags).toEqual([`t${group}`])
      if (i % 7 === 0 && scorer.remove(`${group}-2`)) add(group, 2)
      if (i % 11 === 0) scorer.isolate(`${group}-1`)
      if (i % 13 === 0) scorer.release(`${group}-1`)
    }
  })

  it('see what happened to a proxy while another filter was asked for', () => {
    const scorer = new ProxyScorer({ clock: new ManualClock(), random: seededRandom(2) })
    scorer.add({ id: 'a', host: 'a.test', port: 1, region: 'de', tags: ['x'] })
    scorer.add({ id: 'b', host: 'b.test', port: 1, region: 'de' })
    expect(scorer.acquireSync({ tags: ['x'] }).proxy.id).toBe('a')
    for (let i = 0; i < 4; i += 1) scorer.report('a', { reason: 'reset' })
    expect(() => scorer.acquireSync({ tags: ['x'] })).toThrow(/1 shut out/)
    for (let i = 0; i < 5; i += 1) expect(scorer.acquireSync({ region: 'de' }).proxy.id).toBe('b')
  })

  it('that ask for the same share what they know, in whatever order they say it', () => {
    const scorer = new ProxyScorer({ strategy: 'round-robin', clock: new ManualClock() })
    for (const id of ['a', 'b', 'c']) scorer.add({ id, host: `${id}.test`, port: 1, tags: ['x', 'y'] })
    const one = scorer.acquireSync({ tags: ['x', 'y'] }).proxy.id
    const two = scorer.acquireSync({ tags: ['y', 'x', 'y'] }).proxy.id
    expect([one, two]).toEqual(['a', 'b'])
  })

  it('ask for what they asked for, whatever becomes of the object that said it', () => {
    const scorer = new ProxyScorer({ clock: new ManualClock(), random: seededRandom(2) })
    scorer.add({ id: 'near', host: '127.0.0.1', port: 1, region: 'de', tags: ['x'] })
    const want = { loopbackOnly: true, region: 'de', tags: ['x'], protocol: ['http' as const] }
    expect(scorer.acquireSync(want).proxy.id).toBe('near')
    Object.assign(want, { loopbackOnly: false, region: 'fr' })
    want.tags.pop()
    want.protocol.pop()
    scorer.add({ id: 'far', host: 'far.test', port: 1, region: 'fr', protocol: 'socks5' })
    scorer.add({ id: 'too', host: '127.0.0.2', port: 1, region: 'de', tags: ['x'] })
    const again = { loopbackOnly: true, region: 'de', tags: ['x'], protocol: ['http' as const] }
    expect(scorer.acquireSync({ ...again, exclude: ['near'] }).proxy.id).toBe('too')
    expect(() => scorer.acquireSync({ ...again, exclude: ['near', 'too'] })).toThrow('No proxy fits')
  })
})
