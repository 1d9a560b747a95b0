import { expect, it } from 'vitest'
import { TestFolder } from './testing/folder.ts'

it('an operation that takes too long is told of by its name', async () => {
  using folder = new TestFolder()
  const slow: unknown[] = []
  await using store = await folder.open({ slowMs: 0, onSlow: (each) => slow.push(each) })
  await store.plugins.setDesired('shop', 'armed')
  expect(slow).toContainEqual({ operation: 'plugin.setDesired', tookMs: expect.any(Number) })
  await using quick = await new TestFolder().open({ slowMs: 60_000, onSlow: () => expect.unreachable() })
  await quick.plugins.setDesired('shop', 'armed')
})
