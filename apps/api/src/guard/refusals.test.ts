import { expect, it } from 'vitest'
import { refusalLog } from './refusals.ts'

it('says each refused request up to twenty a minute, then how many more there were', () => {
  let now = 0
  const said: object[] = []
  const note = refusalLog({ warn: (about: object) => said.push(about) } as never, () => now)
  const refusal = { status: 401, code: 'TOKEN_INVALID', method: 'GET', path: `/${'x'.repeat(999)}` }
  for (let n = 0; n < 50; n += 1) note(refusal)
  expect(said).toHaveLength(20)
  now += 60_000
  note(refusal)
  expect(said.at(-1)).toEqual({ ...refusal, path: refusal.path.slice(0, 200), untold: 30 })
})
