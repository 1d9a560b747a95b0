import { describe, expect, it } from 'vitest'
import { uuidV7 } from './ids.ts'

describe('a UUIDv7', () => {
  it('has the version, the variant and the time in it', () => {
    const id = uuidV7({ now: () => Date.UTC(2026, 0, 1) })()
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(Date.UTC(2026, 0, 1))
  })

  it('is greater than every one before it, within a millisecond and when the clock goes back', () => {
    let now = Date.UTC(2026, 0, 1)
    const next = uuidV7({ now: () => now })
    const ids = Array.from({ length: 20_000 }, (_, n) => {
      if (n === 10_000) now -= 3_600_000
      return next()
    })
    expect(ids.every((id, n) => n === 0 || id > (ids[n - 1] ?? ''))).toBe(true)
  })
})
