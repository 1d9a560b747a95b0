import { type FollowOptions, RefbotApiError, type RefbotEvent, type RunDetails } from '@refbot/client'
import { describe, expect, it } from 'vitest'
import { followRun } from './follow-run.ts'

const run = (more: Partial<RunDetails>): RunDetails =>
  ({ id: 'r1', claimedAt: '2026-01-01T00:00:00.000Z', status: 'running', ...more }) as RunDetails
const ended = run({ status: 'success', endedAt: '2026-01-01T00:00:01.000Z' })
const changed = (executionId: string) => ({ type: 'run.changed', data: { executionId } }) as unknown as RefbotEvent

/** A server whose answers come one after the other; its event stream stays open. */
function fake(answers: readonly (RunDetails | Error)[], events: readonly RefbotEvent[]) {
  let asked = 0
  const client = {
    async getRun() {
      const answer = answers[Math.min(asked, answers.length - 1)]
      asked += 1
      if (answer instanceof Error || answer === undefined) throw answer
      return answer
    },
    async *events({ signal, onOpen }: FollowOptions = {}) {
      onOpen?.()
      yield* events
      if (signal?.aborted === true) return
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()))
    },
  }
  return { client, asked: () => asked }
}
const options = { watched: false, onProgress: () => undefined, onWaiting: () => undefined }

describe('following a run', () => {
  it('sees at once that it was over before the stream was open', async () => {
    const { client, asked } = fake([ended], [])
    expect(await followRun(client, 'r1', options)).toBe(ended)
    expect(asked()).toBe(1)
  })

  it('looks again when the run changes, and only then', async () => {
    const { client, asked } = fake(
      [run({}), run({}), ended],
      [changed('other'), changed('r1'), changed('other'), changed('r1')],
    )
    expect(await followRun(client, 'r1', options)).toBe(ended)
    expect(asked()).toBe(3)
  })

  it('hands on how far it is', async () => {
    const seen: unknown[] = []
    const { client } = fake([run({ progress: { done: 1, total: 2 } }), ended], [changed('r1')])
    await followRun(client, 'r1', { ...options, onProgress: (progress) => seen.push(progress) })
    expect(seen).toEqual([{ done: 1, total: 2 }])
  })

  it('tells that it waits for its next attempt', async () => {
    const seen: unknown[] = []
    const waits = run({ status: 'retrying', retryAt: '2026-01-01T01:00:00.000Z' })
    const { client } = fake([waits, ended], [changed('r1')])
    await followRun(client, 'r1', { ...options, onWaiting: ({ retryAt }) => seen.push(retryAt) })
    expect(seen).toEqual(['2026-01-01T01:00:00.000Z'])
  })

  it('ends with what the server refuses', async () => {
    const { client } = fake([run({}), new RefbotApiError('RUN_UNKNOWN', 404, 'gone')], [changed('r1')])
    await expect(followRun(client, 'r1', options)).rejects.toMatchObject({ code: 'RUN_UNKNOWN' })
  })
})
