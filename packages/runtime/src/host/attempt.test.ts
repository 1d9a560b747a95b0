import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { LogLine } from '@refbot/plugin-sdk/host'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AttemptOptions, runAttempt } from './attempt.ts'

let artifactsDir: string
beforeEach(() => {
  artifactsDir = realpathSync(mkdtempSync(join(tmpdir(), 'refbot-attempt-')))
})
afterEach(() => rmSync(artifactsDir, { recursive: true, force: true }))

/** One attempt of the plugin in a file; it asks nothing of its host but to be run. */
function attempt(file: string, more: Partial<AttemptOptions> = {}) {
  const path = join(import.meta.dirname, '..', file)
  return runAttempt({
    run: { id: 'run', plugin: 'plugin', cause: 'manual', attempt: 1 },
    runId: 'run',
    code: { url: pathToFileURL(path).href, exportName: 'default' },
    directory: dirname(path),
    config: {},
    hidden: new Map(),
    permissions: new Set<string>(),
    secrets: new Set<string>(),
    limits: { memoryBytes: 512 * 1024 * 1024, hangMs: 3_600_000 },
    marks: {},
    signal: new AbortController().signal,
    artifactsDir,
    onLog: () => undefined,
    onStarted: () => undefined,
    onUsed: () => undefined,
    ...more,
  } as unknown as AttemptOptions)
}

describe.runIf(process.platform === 'linux')('an attempt', () => {
  it('of a plugin that never finishes loading fails, as its load does', async () => {
    await expect(attempt('fixtures/never-loads.ts', { loadMs: 300 })).rejects.toMatchObject({
      code: 'PLUGIN_LOAD_TIMEOUT',
      retryable: false,
    })
  }, 60_000)

  it('tells what it used, however short it was', async () => {
    const used: { readonly peakRssBytes: number }[] = []
    await attempt('fixtures/plugins/scheduled/index.ts', { onUsed: (what) => used.push(what) })
    expect(used).toEqual([{ peakRssBytes: expect.any(Number), cpuMs: expect.any(Number) }])
    expect(used[0]?.peakRssBytes).toBeGreaterThan(1_000_000)
  }, 60_000)

  it('of a plugin that a site turned away ends so, also where that cannot be stored', async () => {
    const lines: LogLine[] = []
    const egress = {
      permits: {
        authorise: async () => ({ origin: 'http://127.0.0.1:1', source: 'loopback' }),
        watch: () => ({ [Symbol.dispose]: () => undefined }),
      },
      origins: {
        assertOpen: () => undefined,
        pauseOf: () => undefined,
        turnedAway: async () => Promise.reject(new Error('no room')),
      },
      gate: {
        openLease: () => ({ close: async () => undefined }),
        client: () => expect.unreachable('no request is sent'),
      },
      limits: () => ({}),
    }
    const failed = attempt('fixtures/turned-away.ts', {
      egress: egress as never,
      permissions: new Set(['http']),
      onLog: (line) => lines.push(line),
    })
    await expect(failed).rejects.toMatchObject({ code: 'SHOP_SAYS_NO', reason: 'refused_by_site' })
    expect(lines).toEqual([expect.objectContaining({ level: 'warn', fields: { error: 'no room' } })])
  }, 60_000)

  it('of a plugin that hangs up on its host, and goes on, is over', async () => {
    await expect(attempt('zoo/fixtures/hangs-up.ts')).rejects.toMatchObject({ code: 'PLUGIN_CRASHED' })
  }, 60_000)
})
