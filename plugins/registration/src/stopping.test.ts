import { describe, expect, it } from 'vitest'
import type { StoredSubmission } from './index.ts'
import { serveForms, serveSignUps, signUpPage } from './testing/form-server.ts'
import { type RealRun, startRun } from './testing/run.ts'
import { useBrowser } from './testing/use-browser.ts'
import { WatchedStorage } from './testing/watched-storage.ts'

const browser = useBrowser()

describe('a pause', () => {
  it('lets what is under way come to its end, and nothing more begins until it is over', async () => {
    let run: RealRun | undefined
    await using server = await serveForms((path, sent) => {
      if (sent === undefined) return path === '/' ? { html: signUpPage } : undefined
      // In the middle of the first submit.
      if (server.sent.length === 1) run?.kit.pause()
      return undefined
    })
    run = await startRun(browser(), { config: { url: server.url, batchSize: 2, concurrency: 1 } })
    await run.kit.waitFor('paused')
    expect(run.rows()).toMatchObject([{ state: 'done', submission: { outcome: 'success' } }])
    expect(run.open.size).toBe(0)
    run.kit.resume()
    expect((await run.batch).summary).toMatchObject({ planned: 2, succeeded: 2 })
  })
})

describe('a stop', () => {
  it('in the middle of a submit leaves it of unknown fate, and no page open', async () => {
    await using server = await serveSignUps()
    const config = { url: server.url, batchSize: 1 }
    let run: RealRun | undefined
    const storage = new WatchedStorage(() => run?.kit.stop())
    run = await startRun(browser(), { storage, config })
    await expect(run.batch).rejects.toMatchObject({ code: 'RUN_STOPPED', retryable: false })
    expect(run.rows()).toMatchObject([{ state: 'pending', submission: { outcome: 'unknown_fate' } }])
    expect(run.open.size).toBe(0)
    const again = await startRun(browser(), { storage: new Map(storage), run: { attempt: 2 }, config })
    await expect(again.batch).rejects.toMatchObject({ code: 'NO_SUBMISSION_SUCCEEDED', retryable: false })
    expect(again.kit.steps).toEqual([])
  })

  it('ends the run between two submissions', async () => {
    await using server = await serveSignUps()
    let run: RealRun | undefined
    const storage = new WatchedStorage((_key, value) => {
      if ((value as unknown as StoredSubmission).state === 'done') run?.kit.stop()
    })
    run = await startRun(browser(), { storage, config: { url: server.url, batchSize: 3, concurrency: 1 } })
    await expect(run.batch).rejects.toMatchObject({ code: 'RUN_STOPPED' })
    expect(run.rows()).toHaveLength(1)
    expect(run.open.size).toBe(0)
  })
})
