import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempDisposable, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JsonValue } from '@refbot/plugin-sdk'
import { describe, expect, it } from 'vitest'
import { page, serveForms, signUpPage } from './testing/form-server.ts'
import { type RealRunOptions, startRun } from './testing/run.ts'
import { useBrowser } from './testing/use-browser.ts'
import { WatchedStorage } from './testing/watched-storage.ts'

const browser = useBrowser()

const child = fileURLToPath(new URL('./testing/run-until-killed.ts', import.meta.url))

async function run(options: RealRunOptions) {
  const { kit, batch, open, rows } = await startRun(browser(), options)
  const outcome = await batch.then(
    (result) => ({ result, error: undefined }),
    (error: { code?: string }) => ({ result: undefined, error }),
  )
  expect(open.size).toBe(0)
  return { ...outcome, kit, rows: rows() }
}

describe('a process that is killed between the submit and its answer', () => {
  it('leaves a record, and the retry goes on behind it without sending it again', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'registration-'))
    const file = join(folder.path, 'storage.json')
    let killed: ChildProcess | undefined
    await using server = await serveForms((_, sent) => {
      if (sent === undefined) return { html: signUpPage }
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

    const { result } = await run({
      run: { id: 'run-1', attempt: 2 },
      storage,
      config: { url: server.url, batchSize: 2 },
    })
    expect(result?.submissions.map(({ outcome }) => outcome)).toEqual(['unknown_fate', 'success'])
    const sent = server.sent.map((each) => each.get('email'))
    expect(sent).toEqual(result?.submissions.map(({ identity }) => identity.email))
  })
})

describe('submissions side by side', () => {
  it('have a context each, and a record each', async () => {
    const all = Promise.withResolvers<void>()
    // The first is answered once all have come: they can only do so together.
    await using server = await serveForms(async (path, sent) => {
      if (sent === undefined) return path === '/' ? { html: signUpPage } : undefined
      if (server.sent.length === 3) all.resolve()
      await all.promise
      return undefined
    })
    const { batch, open } = await startRun(browser(), { config: { url: server.url, batchSize: 3, concurrency: 3 } })
    await all.promise
    expect(open.size).toBe(3)
    expect((await batch).summary).toMatchObject({ planned: 3, succeeded: 3 })
    expect(new Set(server.sent.map((each) => each.get('email'))).size).toBe(3)
  })

  it('are never more than the owner allows', async () => {
    await using server = await serveForms((_, sent) => (sent === undefined ? { html: signUpPage } : undefined))
    const before: number[] = []
    let open: ReadonlySet<object> = new Set()
    const run = await startRun(browser(), {
      authorisation: { concurrency: 1 },
      config: { url: server.url, batchSize: 2, concurrency: 4 },
      beforePage: () => void before.push(open.size),
    })
    open = run.open
    await run.batch
    expect(before).toEqual([0, 0])
  })

  it('that have not been sent are not sent once the site has said no', async () => {
    const { promise: refused, resolve } = Promise.withResolvers<void>()
    await using server = await serveForms((path, sent) =>
      sent === undefined ? (path === '/' ? { html: signUpPage } : undefined) : { status: 429, html: 'Too many' },
    )
    let pages = 0
    const { error, rows } = await run({
      storage: new WatchedStorage((_, row) => {
        if ((row as { state?: string } | null)?.state === 'done') resolve()
      }),
      config: { url: server.url, batchSize: 6, concurrency: 2 },
      // The second page comes too late to be sent.
      beforePage: async () => {
        if (++pages === 2) await refused
      },
    })
    expect(error).toMatchObject({ code: 'SITE_REFUSED' })
    expect(server.sent).toHaveLength(1)
    expect(rows).toHaveLength(1)
  })
})

describe('what a failed submission leaves', () => {
  it('is a picture, the document and a trace, and the password is in none of them', async () => {
    let password = ''
    await using server = await serveForms((_, sent) => {
      if (sent === undefined) return { html: signUpPage }
      password = sent.get('pw') ?? ''
      const shown = password.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
      return {
        html: page(
          `<p role="alert">The password ${shown} is not valid</p>${signUpPage}<script>console.error(${JSON.stringify(password)})</script>`,
        ),
      }
    })
    const { kit, rows } = await run({ config: { url: server.url, batchSize: 1 } })
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
    const texts = [...kit.artifacts.values()].map(({ content }) => String(content))
    expect(JSON.stringify([texts, rows])).not.toContain(JSON.stringify(password).slice(1, -1))
    const trace = JSON.parse(String(kit.artifacts.get('submission-000.trace.json')?.content)) as {
      events: { kind: string; text: string }[]
    }
    const kinds = new Set(trace.events.map(({ kind }) => kind))
    expect([...kinds]).toEqual(expect.arrayContaining(['step', 'request', 'response', 'navigated', 'console']))
    expect(String(kit.artifacts.get('submission-000.html.txt')?.content)).toContain('name="email"')
  })

  it('is kept back where the limit of RefBot itself held the form, which is not the site’s refusal', async () => {
    await using server = await serveForms((_, sent) =>
      sent === undefined ? { html: signUpPage } : { status: 403, html: 'Held back' },
    )
    const limit = { rule: 'limit_minute', retryAfterMs: 30_000 } as const
    const { rows, error } = await run({ limit, config: { url: server.url, batchSize: 1, traces: 'never' } })
    expect(error).toMatchObject({ code: 'LIMIT_REACHED', reason: 'limit_reached' })
    expect(rows).toMatchObject([{ submission: { outcome: 'limit_reached', reason: expect.stringContaining('30 s') } }])
  })

  it('has the site’s answer where a limit stood against another request of the page', async () => {
    await using server = await serveForms((_, sent) =>
      sent === undefined ? { html: signUpPage } : { status: 422, html: page(`<p role="alert">Taken</p>${signUpPage}`) },
    )
    const limit = { rule: 'limit_minute', retryAfterMs: 30_000 } as const
    const { rows } = await run({ limit, config: { url: server.url, batchSize: 1, traces: 'never' } })
    expect(rows).toMatchObject([{ submission: { outcome: 'rejected', reason: expect.stringContaining('Taken') } }])
  })
})
