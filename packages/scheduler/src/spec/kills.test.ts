import { expect, it } from 'vitest'
import { audited } from './kills.ts'
import { POINTS } from './mortal.ts'

it('a process killed at any point leaves no firing lost in silence, and starts none twice', async () => {
  const deaths = [...POINTS, ...POINTS.slice(0, 3)].map((point, at) => ({
    point,
    n: point === 'at start' ? 1 : 3 + 5 * at,
  }))
  const { executions, abandoned } = await audited([...deaths, { point: undefined, n: 100 }])
  expect(executions).toBeGreaterThan(50)
  expect(abandoned).toBeGreaterThan(0)
}, 60_000)
