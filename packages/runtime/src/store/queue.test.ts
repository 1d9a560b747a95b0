import { describe, expect, it } from 'vitest'
import type { OperationName } from './operations/index.ts'
import { RequestQueue } from './queue.ts'

let now = 0
let next = 0
const queueOf = (...operations: OperationName[]) => {
  const queue = new RequestQueue({ readOnly: false, now: () => now })
  for (const operation of operations) queue.push({ id: next++, operation, args: undefined, now: 0 })
  return queue
}
const taken = (queue: RequestQueue, crowded = false) => queue.take(crowded).map(({ operation }) => operation)

describe('the queue of the writer', () => {
  it('lets durable requests that follow each other share a commit, and others not', () => {
    const queue = queueOf('execution.claim', 'execution.update', 'metric.append', 'metric.append', 'execution.claim')
    expect([taken(queue), taken(queue), taken(queue), taken(queue)]).toEqual([
      ['execution.claim', 'execution.update'],
      ['metric.append', 'metric.append'],
      ['execution.claim'],
      [],
    ])
  })

  it('lets claims go before deletions that came first, which go one by one', () => {
    const queue = queueOf('retention.prune', 'retention.vacuum', 'execution.claim')
    expect([taken(queue), taken(queue), taken(queue)]).toEqual([
      ['execution.claim'],
      ['retention.prune'],
      ['retention.vacuum'],
    ])
    expect(queue.empty).toBe(true)
  })

  it('lets deletions wait while the log is crowded, and claims not', () => {
    const queue = queueOf('retention.prune', 'execution.claim')
    expect([taken(queue, true), taken(queue, true)]).toEqual([['execution.claim'], []])
    expect(queue.empty).toBe(false)
    expect(taken(queue)).toEqual(['retention.prune'])
  })

  it('lets nothing wait for ever', () => {
    const queue = queueOf('retention.prune', 'execution.claim')
    now += 1000
    expect(taken(queue, true)).toEqual(['retention.prune'])
  })

  it('reads in one transaction where it only reads', () => {
    const queue = new RequestQueue({ readOnly: true, now: () => 0 })
    queue.push({ id: 1, operation: 'select', args: undefined, now: 0 })
    queue.push({ id: 2, operation: 'run.counts', args: undefined, now: 0 })
    expect(queue.take(false)).toHaveLength(2)
  })
})
