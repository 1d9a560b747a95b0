import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { patched } from './engine/execution.ts'
import { MemoryHistory } from './memory-history.ts'
import type { ExecutionRecord, ExecutionStatus } from './types.ts'

const record = (n: number, status: ExecutionStatus): ExecutionRecord => ({
  id: String(n),
  jobId: 'a',
  task: 't',
  scheduledAt: n,
  claimedAt: n,
  status,
  attempts: [],
})

const status = fc.constantFrom<ExecutionStatus[]>('running', 'retrying', 'success', 'failed', 'cancelled')
const isOver = (execution: ExecutionRecord): boolean => !['running', 'retrying'].includes(execution.status)
const step = fc.oneof(
  fc.record({ do: fc.constant('add' as const), status }),
  fc.record({ do: fc.constant('update' as const), some: fc.array(fc.nat(20), { maxLength: 6 }), status }),
  fc.record({ do: fc.constant('ask' as const), n: fc.nat(20) }),
)

describe('the history in memory', () => {
  it('holds what a list would, updated in whatever order: all that is not over, and the latest that is', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(5), (steps, most) => {
        const forgotten: string[] = []
        const history = new MemoryHistory(most, ({ id }) => forgotten.push(id))
        const model = new Map<string, ExecutionRecord>()
        const ended: string[] = []
        const gone: string[] = []
        const put = (execution: ExecutionRecord, wasOver = false): void => {
          model.set(execution.id, execution)
          if (!wasOver && isOver(execution) && ended.push(execution.id) > most) {
            const oldest = ended.shift() ?? ''
            model.delete(oldest)
            gone.push(oldest)
          }
        }
        let n = 0
        for (const action of steps) {
          if (action.do === 'add') {
            const execution = record(n++, action.status)
            history.add(execution)
            put(execution)
          } else if (action.do === 'ask') {
            expect(history.get(String(action.n))).toEqual(model.get(String(action.n)))
          } else {
            const patch = { status: action.status, attempts: [] }
            // What is over is not taken up again.
            const unfinished = action.some.map(String).filter((id) => !isOver(model.get(id) ?? record(0, 'running')))
            const updates = [...new Set(unfinished)].map((id) => ({ id, patch }))
            if (updates.some(({ id }) => !model.has(id))) {
              expect(() => history.update(updates)).toThrow('There is no execution')
            } else {
              history.update(updates)
              for (const { id } of updates) put(patched(model.get(id) as ExecutionRecord, patch))
            }
          }
          const byId = (a: ExecutionRecord, b: ExecutionRecord): number => Number(a.id) - Number(b.id)
          expect(history.all.sort(byId)).toEqual([...model.values()].sort(byId))
          expect(history.unfinished.sort(byId)).toEqual([...model.values()].filter((e) => !isOver(e)).sort(byId))
          expect(forgotten).toEqual(gone)
        }
      }),
    )
  })
})
