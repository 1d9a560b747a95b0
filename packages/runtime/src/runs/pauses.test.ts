import { expect, it } from 'vitest'
import { Pauses } from './pauses.ts'

it('tells what is news of a run: each change once, and nothing of a run that is over', () => {
  const pauses = new Pauses()
  pauses.begin('run', 'shop')
  expect([true, true, false, false].map((held) => pauses.held('run', held))).toEqual([true, false, true, false])
  pauses.end('run')
  expect(pauses.held('run', true)).toBe(false)
})
