import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempDisposable, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JsonValue } from '@refbot/plugin-sdk'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import plugin, { type BatchResult, type StoredSubmission } from './index.ts'
import { launchBrowser } from './testing/browser.ts'
import { page, serveForms } from './testing/form-server.ts'
import { type MemoryContextOptions, memoryContext } from './testing/memory-context.ts'

// Real browsers and processes, on machines that may have other things to do.
vi.setConfig({ testTimeout: 90_000 })

let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser?.close()
})

const form = page(
  '<form method="post"><label>Email <input name="email" type="email"></label><label>Password <input name="pw" type="password"></label><button>Sign up</button></form>',
)
const child = fileURLToPath(new URL('./testing/run-until-killed.ts', import.meta.url))

async function run(options: Omit<MemoryContextOptions, 'browser'>) {
  const memory = await memoryContext({ browser, ...options })
  const outcome = await Promise.resolve(plugin.execute(memory.context)).then(
    (value) => ({ result: value as unknown as BatchResult, error: undefined }),
    (error: { code?: string }) => ({ result: undefined, error }),
  )
  expect(memory.open.size).toBe(0)
  const rows = [...memory.storage].filter(([key]) => key.startsWith('submissions/'))
  return { ...outcome, memory, rows: rows.map(([, value]) => value as unknown as StoredSubmission) }
}

describe('a process that is killed between the submit and its answer', () => {
  it('leaves a record, and the retry goes on behind it without sending it again', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'registration-'))
    const file = join(folder.path, 'storage.json')
    let killed: ChildProcess | undefined
    await using server = await serveForms((_, sent) => {
      if (sent === undefined) return { html: form }
      if (killed?.kill('SIGKILL') === true && server.sent.length === 1) return 'never'
      return undefined
    })
    killed = spawn(process.execPath, ['--conditions=@refbot/source', child, server.url, file, 'run-1'], {
      stdio: 'inherit',
    })
    await once(killed, 'exit')
    killed = undefined
    const storage = new Map(JSON.parse(await readFile(file, 'utf8')) as [string, JsonValue][])
    expect([...storage.values()]).toMatchObject([{ state: 'pending', submission: { outcome: 'unknown_fate' } }])

    const { result } = await run({ runId: 'run-1', attempt: 2, storage, config: { url: server.url, batchSize: 2 } })
    expect(result?.submissions.map(({ outcome }) => outcome)).toEqual(['unknown_fate', 'success'])
    const sent = server.sent.map((each) => each.get('email'))
    expect(sent).toEqual(result?.submissions.map(({ identity }) => identity.email))
  })
})

describe('submissions side by side', () => {
  it('have a context each, and a record each', async () => {
    const open = Promise.withResolvers<void>()
    await using server = await serveForms((_, sent) => (sent === undefined ? { html: form } : undefined))
    let most = 0
    const memory = await memoryContext({ browser, config: { url: server.url, batchSize: 3, concurrency: 3 } })
    const { set } = memory.context.storage
    Object.assign(memory.context.storage, {
      // The first to be ready waits until all are: they can only be so together.
      set: async (key: string, value: JsonValue) => {
        await set(key, value)
        most = Math.max(most, memory.open.size)
        if (memory.storage.size === 3) open.resolve()
        await open.promise
      },
    })
    const result = (await plugin.execute(memory.context)) as unknown as BatchResult
    expect(result.summary).toMatchObject({ planned: 3, succeeded: 3 })
    expect(most).toBe(3)
    expect(new Set(server.sent.map((each) => each.get('email'))).size).toBe(3)
  })

  it('are never more than the owner allows', async () => {
    await using server = await serveForms((_, sent) => (sent === undefined ? { html: form } : undefined))
    const memory = await memoryContext({
      browser,
      authorisation: { concurrency: 1 },
      config: { url: server.url, batchSize: 2, concurrency: 4 },
    })
    let most = 0
    const { page: open } = memory.context.browser
    Object.assign(memory.context.browser, {
      page: async (options: Parameters<typeof open>[0]) => {
        most = Math.max(most, memory.open.size + 1)
        return open(options)
      },
    })
    await plugin.execute(memory.context)
    expect(most).toBe(1)
  })

  it('that have not been sent are not sent once the site has said no', async () => {
    const { promise: refused, resolve } = Promise.withResolvers<void>()
    await using server = await serveForms((path, sent) => {
      if (sent !== undefined) resolve()
      return sent === undefined ? (path === '/' ? { html: form } : undefined) : { status: 429, html: 'Too many' }
    })
    const memory = await memoryContext({ browser, config: { url: server.url, batchSize: 6, concurrency: 2 } })
    const { page: open } = memory.context.browser
    let pages = 0
    Object.assign(memory.context.browser, {
      page: async (options: Parameters<typeof open>[0]) => {
        // The second page comes too late to be sent.
        if (++pages === 2) await refused
        return open(options)
      },
    })
    await expect(plugin.execute(memory.context)).rejects.toMatchObject({ code: 'SITE_REFUSED' })
    expect(server.sent).toHaveLength(1)
    expect(memory.storage.size).toBe(1)
    expect(memory.open.size).toBe(0)
  })
})

describe('what a failed submission leaves', () => {
  it('is a picture, the document and a trace, and the password is in none of them', async () => {
    let password = ''
    await using server = await serveForms((_, sent) => {
      if (sent === undefined) return { html: form }
      password = sent.get('pw') ?? ''
      const shown = password.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
      return {
        html: page(
          `<p role="alert">The password ${shown} is not valid</p>${form}<script>console.error(${JSON.stringify(password)})</script>`,
        ),
      }
    })
    const { memory, rows } = await run({ config: { url: server.url, batchSize: 1 } })
    const [row] = rows
    expect(row?.submission).toMatchObject({
      outcome: 'rejected',
      reason: expect.stringContaining('[password]'),
      screenshot: 'submission-000.png',
      snapshot: 'submission-000.html.txt',
      trace: 'submission-000.trace.json',
      authorisationHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(password.length).toBeGreaterThan(7)
    const texts = [...memory.artifacts.values()].map(({ content }) => String(content))
    expect(JSON.stringify([texts, rows])).not.toContain(JSON.stringify(password).slice(1, -1))
    const trace = JSON.parse(String(memory.artifacts.get('submission-000.trace.json')?.content)) as {
      events: { kind: string; text: string }[]
    }
    const kinds = new Set(trace.events.map(({ kind }) => kind))
    expect([...kinds]).toEqual(expect.arrayContaining(['step', 'request', 'response', 'navigated', 'console']))
    expect(String(memory.artifacts.get('submission-000.html.txt')?.content)).toContain('name="email"')
  })

  it('is kept back where the limit of RefBot itself held the form, which is not the site’s refusal', async () => {
    await using server = await serveForms((_, sent) =>
      sent === undefined ? { html: form } : { status: 403, html: 'Held back' },
    )
    const limit = { rule: 'limit_minute', retryAfterMs: 30_000 } as const
    const { rows, error } = await run({ limit, config: { url: server.url, batchSize: 1, traces: 'never' } })
    expect(error).toMatchObject({ code: 'LIMIT_REACHED', reason: 'limit_reached' })
    expect(rows).toMatchObject([{ submission: { outcome: 'limit_reached', reason: expect.stringContaining('30 s') } }])
  })
})
