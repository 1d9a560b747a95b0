import { describe, expect, it } from 'vitest'
import { submissionKey } from './records.ts'
import { outcomes, summarise } from './submission.ts'
import { submissionOf } from './testing/submission.ts'

describe('a summary', () => {
  const batch = { runId: 'run', url: 'http://127.0.0.1/', planned: 5, authorisationHash: 'abc' }

  it('counts outcomes and takes the nearest rank of the successful durations', () => {
    const submissions = [30, 10, 20].map((durationMs) => submissionOf({ durationMs }))
    expect(summarise(batch, [...submissions, submissionOf({ outcome: 'rejected', durationMs: 999 })])).toEqual({
      ...batch,
      succeeded: 3,
      failed: 1,
      successRate: 0.75,
      outcomes: { success: 3, rejected: 1 },
      p50DurationMs: 20,
      p95DurationMs: 30,
    })
  })

  it('has no durations without a success, and no rate without a submission', () => {
    expect(summarise(batch, [])).toEqual({ ...batch, succeeded: 0, failed: 0, successRate: 0, outcomes: {} })
  })
})

it('keeps submissions in the order of their index', () => {
  const keys = [10, 9, 100].map((index) => submissionKey('run', index))
  expect([...keys].sort()).toEqual([9, 10, 100].map((index) => submissionKey('run', index)))
})

it('never repeats what may have reached the site', () => {
  const repeatable = Object.entries(outcomes).filter(([, { repeatable: again }]) => again === true)
  expect(repeatable.map(([outcome]) => outcome)).toEqual([
    'unreachable',
    'tls_failed',
    'proxy_fault',
    'timeout',
    'page_failed',
    'limit_reached',
  ])
})
