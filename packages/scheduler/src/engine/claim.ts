import type { ExecutionStore } from '../types.ts'
import type { Execution } from './execution.ts'

/** Tells whether it is ours. */
type Claimed = (execution: Execution, ours: boolean) => void
/** One was refused with an error; those after it were not tried. */
type Failed = (executions: readonly Execution[], error: unknown) => void

/**
 * Claims firings, those of one job next to each other and in order, in one call where the store has one for many; where
 * that fails, one by one, since one of them may be all that is wrong.
 */
export function claimEach(
  store: ExecutionStore,
  executions: readonly Execution[],
  claimed: Claimed,
  failed: Failed,
): void {
  if (store.claimAll === undefined || executions.length < 2) {
    claimOneByOne(store, executions, claimed, failed)
    return
  }
  attempt(() => store.claimAll?.(executions.map(({ record }) => record)) ?? []).then(
    (ours) => {
      for (const [n, execution] of executions.entries()) claimed(execution, ours[n] === true)
    },
    () => claimOneByOne(store, executions, claimed, failed),
  )
}

function claimOneByOne(
  store: ExecutionStore,
  executions: readonly Execution[],
  claimed: Claimed,
  failed: Failed,
): void {
  for (let first = 0, next = 0; first < executions.length; first = next) {
    const job = executions[first]?.job
    while (executions[next]?.job === job && next < executions.length) next++
    void claimInOrder(store, executions.slice(first, next), claimed, failed)
  }
}

/** A claim moves its job's due time on: made after one that failed, it would let a crash lose that one. */
async function claimInOrder(
  store: ExecutionStore,
  executions: readonly Execution[],
  claimed: Claimed,
  failed: Failed,
): Promise<void> {
  for (const [n, execution] of executions.entries()) {
    let ours: boolean
    try {
      ours = await store.claim(execution.record)
    } catch (error) {
      failed(executions.slice(n), error)
      return
    }
    claimed(execution, ours)
  }
}

/** A store that throws at once rejects like any other. */
export async function attempt<T>(call: () => Promise<T> | T): Promise<T> {
  return call()
}
