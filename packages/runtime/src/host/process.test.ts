import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { describePlugin } from './describe.ts'
import { PluginProcess } from './process.ts'
import type { HostApi } from './protocol.ts'
import { startProcess } from './start.ts'

describe("a plugin's process", () => {
  it('that cannot be started is an error of that run, and not the end of the host', async () => {
    const start = () =>
      new PluginProcess({
        marks: {},
        code: { url: pathToFileURL(join(tmpdir(), 'no', 'such', 'plugin.js')).href, exportName: 'default' },
        directory: join(tmpdir(), 'no', 'such'),
        permissions: new Set(),
        api: {} as HostApi,
        onOutput: () => undefined,
      })
    expect(start).toThrow(expect.objectContaining({ code: 'PLUGIN_PROCESS_FAILED' }))
    // The event that tells of it comes later.
    await new Promise((resolve) => setImmediate(resolve))
  })
})

describe('starting processes', () => {
  it('lets one begin only when others are ready or gone, so that many at once do not hold up their host', async () => {
    const url = pathToFileURL(join(import.meta.dirname, '..', 'fixtures', 'never-loads.ts')).href
    const start = () =>
      startProcess({
        marks: {},
        code: { url, exportName: 'default' },
        directory: join(import.meta.dirname, '..', 'fixtures'),
        permissions: new Set(),
        api: {} as HostApi,
        onOutput: () => undefined,
      })
    await using stack = new AsyncDisposableStack()
    const [first, ...others] = await Promise.all(Array.from({ length: 2 * availableParallelism() }, start))
    for (const process of others) stack.use(process)
    let begun = false
    const next = start().then((process) => {
      begun = true
      return stack.use(process)
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(begun).toBe(false)
    await first?.[Symbol.asyncDispose]()
    await next
  })
})

describe('describePlugin', () => {
  it('gives up on code that never finishes loading', async () => {
    const url = pathToFileURL(join(import.meta.dirname, '..', 'fixtures', 'never-loads.ts')).href
    await expect(
      describePlugin({ url, exportName: 'default' }, {}, { marks: {}, timeoutMs: 300 }),
    ).rejects.toMatchObject({
      code: 'PLUGIN_LOAD_TIMEOUT',
      retryable: false,
    })
  })
})
