import { AsyncLocalStorage } from 'node:async_hooks'
import type { HostApi } from './protocol.ts'

type Step = Parameters<HostApi['step']>[0]

export interface Steps {
  run<T>(name: string, work: () => T | Promise<T>): Promise<T>
  /** Resolves once every step that ended is with the host. */
  settle(): Promise<void>
}

/** Named, timed parts of a run; which step a step belongs to follows the flow of the code. */
export function createSteps(send: (step: Step) => Promise<void>): Steps {
  const current = new AsyncLocalStorage<string>()
  let sent: Promise<unknown> = Promise.resolve()
  return {
    async run(name, work) {
      const outer = current.getStore()
      const path = outer === undefined ? name : `${outer} › ${name}`
      const startedAt = Date.now()
      let error: string | undefined
      try {
        return await current.run(path, work)
      } catch (cause) {
        error = cause instanceof Error ? cause.message : String(cause)
        throw cause
      } finally {
        const step = { path, startedAt, endedAt: Date.now(), ...(error === undefined ? {} : { error }) }
        sent = Promise.allSettled([sent, send(step)])
      }
    },
    async settle() {
      await sent
    },
  }
}
