import { describe, expect, it } from 'vitest'
import { nextStatus, type Observation, type StoreStatus } from './health.ts'

const seen = {
  enough: { type: 'room', enough: true },
  tight: { type: 'room', enough: false },
  noRoom: { type: 'noRoom' },
  writeFailed: { type: 'writeFailed' },
  recovered: { type: 'probe', succeeded: true, enough: true },
  stillFull: { type: 'probe', succeeded: false, enough: false },
  stillFailing: { type: 'probe', succeeded: false, enough: true },
} satisfies Record<string, Observation>

const TABLE: Readonly<Record<StoreStatus, Readonly<Record<keyof typeof seen, StoreStatus>>>> = {
  ok: {
    enough: 'ok',
    tight: 'low',
    noRoom: 'full',
    writeFailed: 'failing',
    recovered: 'ok',
    stillFull: 'ok',
    stillFailing: 'ok',
  },
  low: {
    enough: 'ok',
    tight: 'low',
    noRoom: 'full',
    writeFailed: 'failing',
    recovered: 'ok',
    stillFull: 'low',
    stillFailing: 'low',
  },
  full: {
    enough: 'full',
    tight: 'full',
    noRoom: 'full',
    writeFailed: 'failing',
    recovered: 'ok',
    stillFull: 'full',
    stillFailing: 'full',
  },
  failing: {
    enough: 'failing',
    tight: 'failing',
    noRoom: 'full',
    writeFailed: 'failing',
    recovered: 'ok',
    stillFull: 'failing',
    stillFailing: 'failing',
  },
}

describe('how the store stands with its disk', () => {
  it.each(Object.entries(TABLE))('from %s', (status, row) => {
    for (const [name, to] of Object.entries(row)) {
      expect([name, nextStatus(status as StoreStatus, seen[name as keyof typeof seen])]).toEqual([name, to])
    }
  })
})
