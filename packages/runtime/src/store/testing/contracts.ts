import type { ExecutionRecord, ExecutionStatus } from '@refbot/scheduler'
import type { RefbotEvent } from '../event-types.ts'
import type { OperatorStores } from '../operators.ts'
import type { Store } from '../store.ts'

/** The part of a test runner that the contracts need; vitest's own `{ describe, it, expect }` fits. */
export interface TestApi {
  describe(name: string, body: () => void): unknown
  it(name: string, body: () => Promise<void>): unknown
  expect(actual: unknown): { toEqual(expected: unknown): void; toMatchObject(expected: object): void }
}

/** What one engine offers of the store; the scheduler and analytics bring the suites of their own two interfaces. */
export type Engine = Pick<
  Store,
  | 'executions'
  | 'runs'
  | 'plugins'
  | 'pluginValues'
  | 'artifacts'
  | 'origins'
  | 'events'
  | 'feed'
  | keyof OperatorStores
>

export interface EngineUnderTest {
  /** Empty. */
  readonly store: Engine
  /** Closes the store and opens the same data again. */
  readonly reopen: () => Promise<Engine>
  readonly dispose: () => Promise<void>
}

export const AT = Date.UTC(2026, 0, 1)

export type Promises = (promise: string, body: (store: Engine, under: EngineUnderTest) => Promise<void>) => void

/** Each promise is tested on an engine of its own. */
export function contract(
  { describe, it }: TestApi,
  name: string,
  make: () => Promise<EngineUnderTest>,
  body: (promises: Promises) => void,
): void {
  describe(name, () => {
    body((promise, test) => {
      it(promise, async () => {
        const under = await make()
        try {
          await test(under.store, under)
        } finally {
          await under.dispose()
        }
      })
    })
  })
}

export function run(number: number, plugin = 'shop', overrides: Partial<ExecutionRecord> = {}): ExecutionRecord {
  const at = AT + number * 1000
  return {
    id: id(number),
    jobId: `job-${number}`,
    task: 'plugin',
    input: { plugin, cause: 'schedule' },
    scheduledAt: at,
    claimedAt: at,
    status: 'running',
    attempts: [{ number: 1, startedAt: at }],
    ...overrides,
  }
}

/** Ids grow with time, as UUIDs of version 7 do. */
export function id(number: number): string {
  return `0190-${String(number).padStart(6, '0')}`
}

export async function end(store: Engine, number: number, status: ExecutionStatus, afterMs: number): Promise<void> {
  const at = AT + number * 1000
  const endedAt = at + afterMs
  await store.executions.update(id(number), { status, endedAt, attempts: [{ number: 1, startedAt: at, endedAt }] })
}

export async function allEvents(store: Engine): Promise<readonly RefbotEvent[]> {
  return store.events.since(0, 10_000)
}
