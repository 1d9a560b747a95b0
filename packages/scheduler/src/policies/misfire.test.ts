import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { every, type Times } from '../triggers/times.ts'
import type { Instant } from '../types.ts'
import { latestDue, planMisfire } from './misfire.ts'

const listed = (dues: readonly Instant[]): Times => ({ next: (after) => dues.find((due) => due > after) })

describe('what is done about missed due times', () => {
  const times = every(10, 0)

  it('once: one firing stands for all, at the latest of them', () => {
    expect(planMisfire(times, 10, 95, 'once', 30, 100)).toEqual({ missed: [], fire: [90] })
  })

  it('all: each, oldest first', () => {
    expect(planMisfire(times, 60, 95, 'all', 30, 100)).toEqual({ missed: [], fire: [60, 70, 80, 90] })
  })

  it('all: the latest of them where there are more than the limit', () => {
    expect(planMisfire(times, 10, 95, 'all', 30, 2)).toEqual({ missed: [], fire: [80, 90] })
  })

  it('skip: those beyond the grace are recorded, those within it fire', () => {
    expect(planMisfire(times, 50, 95, 'skip', 30, 100)).toEqual({ missed: [50, 60], fire: [70, 80, 90] })
  })

  it('an outage of a year of milliseconds costs no more than one of a second', () => {
    const year = 31_536_000_000
    let asked = 0
    const counted: Times = {
      next: (after) => {
        asked++
        return every(1, 0).next(after)
      },
    }
    expect(planMisfire(counted, 1, year, 'once', 0, 100).fire).toEqual([year])
    expect(planMisfire(counted, 1, year, 'all', 0, 3).fire).toEqual([year - 2, year - 1, year])
    expect(asked).toBeLessThan(2000)
  })

  it('the plan holds the latest due times of any series, in order, and none that is not due', () => {
    const dues = fc.uniqueArray(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(
        dues,
        fc.integer({ min: 0, max: 50_000 }),
        fc.integer({ min: 1, max: 20 }),
        (unsorted, more, limit) => {
          const all = unsorted.sort((a, b) => a - b)
          const first = all[0] ?? 0
          const now = first + more
          const due = all.filter((at) => at <= now)
          expect(latestDue(listed(all), first, now)).toBe(due.at(-1))
          expect(planMisfire(listed(all), first, now, 'all', 0, limit).fire).toEqual(due.slice(-limit))
          const { missed, fire } = planMisfire(listed(all), first, now, 'skip', 1000, limit)
          expect([...missed, ...fire]).toEqual(due.slice(-limit))
          expect(fire.every((at) => now - at <= 1000)).toBe(true)
        },
      ),
    )
  })
})
