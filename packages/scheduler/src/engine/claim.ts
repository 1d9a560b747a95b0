import type { ExecutionStore } from '../types.ts'
import type { Execution } from './execution.ts'

/** Tells of each whether it is ours. */
type Claimed = (execution: Execution, ours: boolean) => void
type Failed = (execution: Execution, error: unknown) => void

/**
 * Claims firings, in one call where the store has one for many; where that fails, one by one, since one of them may
 * be all that is wrong.
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
  for (const execution of executions) {
    attempt(() => store.claim(execution.record)).then(
      (ours) => claimed(execution, ours),
      (error: unknown) => failed(execution, error),
    )
  }
}

/** A store that throws at once rejects like any other. */
export async function attempt<T>(call: () => Promise<T> | T): Promise<T> {
  return call()
}
