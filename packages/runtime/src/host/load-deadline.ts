import { RefbotError } from '../errors.ts'

/** How long a plugin's code may take to load, in ms. */
export const LOAD_LIMIT_MS = 30_000

/** Waits for a plugin's code no longer than so many milliseconds. */
export class LoadDeadline implements Disposable {
  /** Rejects where it takes longer; never resolves. */
  readonly late: Promise<never>
  readonly #timer: NodeJS.Timeout

  constructor(limitMs: number) {
    const { promise, reject } = Promise.withResolvers<never>()
    this.late = promise
    promise.catch(() => undefined)
    this.#timer = setTimeout(() => {
      reject(
        new RefbotError('PLUGIN_LOAD_TIMEOUT', `The plugin's code did not finish loading within ${limitMs} ms.`, {
          hint: 'A module of it waits for something at its top level: move that into execute().',
        }),
      )
    }, limitMs)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }
}
