import type { ExecutionStore } from '../types.ts'
import type { Execution } from './execution.ts'

/** Claims firings, in one call where the store has one for many; tells of each whether it is ours, or of those whose call failed. */
export function claimEach(
  store: ExecutionStore,
  executions: readonly Execution[],
  claimed: (execution: Execution, ours: boolean) => void,
  failed: (executions: readonly Execution[], error: unknown) => void,
): void {
  if (store.claimAll === undefined || executions.length < 2) {
    for (const execution of executions) {
      attempt(() => store.claim(execution.record)).then(
        (ours) => claimed(execution, ours),
        (error: unknown) => failed([execution], error),
      )
    }
    return
  }
  attempt(() => store.claimAll?.(executions.map(({ record }) => record)) ?? []).then(
    (ours) => {
      for (const [n, execution] of executions.entries()) claimed(execution, ours[n] === true)
    },
    (error: unknown) => failed(executions, error),
  )
}

/** A store that throws at once rejects like any other. */
async function attempt<T>(call: () => Promise<T> | T): Promise<T> {
  return call()
}
