import { describe, expect, it } from 'vitest'
import { diskFault } from '../faults.ts'
import { DiskGuard } from './guard.ts'
import type { StoreHealth } from './health.ts'

function guarded(free: number) {
  const disk = { free, reserved: true, now: 0 }
  const told: StoreHealth['status'][] = []
  const guard = new DiskGuard({
    reserve: {
      fill: () => {
        disk.reserved = true
        return true
      },
      release: () => {
        const held = disk.reserved
        disk.reserved = false
        return held
      },
      free: () => disk.free,
    },
    reserveBytes: 16,
    minFreeBytes: 100,
    now: () => disk.now,
    onChange: ({ status }) => told.push(status),
  })
  const look = (bytes: number) => {
    disk.free = bytes
    disk.now += 1000
    guard.look()
    return guard.health.status
  }
  return { disk, guard, told, look }
}

const fault = (errcode: number, free: number) => diskFault(Object.assign(new Error('disk'), { errcode }), () => free)

describe('the guard of the disk', () => {
  it('says low under the limit, and ok only with a quarter more than that', () => {
    const { look, told } = guarded(1000)
    expect([1000, 99, 101, 124, 125, 101].map(look)).toEqual(['ok', 'low', 'low', 'low', 'ok', 'ok'])
    expect(told).toEqual(['low', 'ok'])
  })

  it('looks at most once a second', () => {
    const { guard, disk } = guarded(1000)
    guard.look()
    disk.free = 1
    disk.now += 999
    guard.look()
    expect(guard.ok).toBe(true)
    disk.now += 1
    guard.look()
    expect(guard.ok).toBe(false)
  })

  it('gives up the reserve once for a write that found no room', () => {
    const { guard, told } = guarded(0)
    expect(guard.failed({ noRoom: true, detail: 'full' })).toBe(true)
    expect(guard.failed({ noRoom: true, detail: 'full' })).toBe(false)
    expect(guard.health).toEqual({ status: 'full', freeBytes: 0, detail: 'full' })
    expect(told).toEqual(['full'])
  })

  it('keeps the reserve when a write failed for another reason', () => {
    const { guard, disk } = guarded(1000)
    expect(guard.failed({ noRoom: false, detail: 'broken' })).toBe(false)
    expect(disk.reserved).toBe(true)
    expect(guard.health.status).toBe('failing')
  })

  it('trusts the disk again only with room for the reserve too, and once a write succeeds', () => {
    const { guard, disk } = guarded(0)
    guard.failed({ noRoom: true, detail: 'full' })
    const probe = (free: number, succeeds: boolean) => {
      disk.free = free
      guard.probe(() => succeeds)
      return guard.health.status
    }
    expect([probe(140, true), probe(141, false), probe(141, true)]).toEqual(['full', 'full', 'ok'])
    expect(disk.reserved).toBe(true)
    expect(guard.health).toEqual({ status: 'ok', freeBytes: 141 })
  })
})

describe('an error of SQLite', () => {
  it('is a fault of the disk by its primary result code alone', () => {
    expect(fault(13, 0)).toEqual({ noRoom: true, detail: 'disk' })
    // SQLITE_IOERR_WRITE and SQLITE_IOERR_SHMSIZE, with and without room
    expect(fault(778, 1e9)).toEqual({ noRoom: false, detail: 'disk' })
    expect(fault(4874, 0)).toEqual({ noRoom: true, detail: 'disk' })
    expect(fault(8, 0)).toEqual({ noRoom: false, detail: 'disk' })
    expect(fault(19, 0)).toBeUndefined()
    expect(diskFault(new Error('disk I/O error, says a plugin'), () => 0)).toBeUndefined()
  })
})
