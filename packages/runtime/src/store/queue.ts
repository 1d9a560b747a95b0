import type { CommitMode } from './committer.ts'
import type { Operation } from './operation.ts'
import { operations } from './operations/index.ts'
import type { StoreRequest } from './protocol.ts'

/** Requests that share a commit at most. */
const MAX_BATCH = 100
/** However busy the store is, what can wait waits no longer than this, ms. */
const MOST_PATIENCE_MS = 1000

/** What waits for the writer: in order of arrival, what can wait behind what cannot. */
export class RequestQueue {
  readonly #readOnly: boolean
  readonly #now: () => number
  #urgent: StoreRequest[] = []
  readonly #background: { readonly request: StoreRequest; readonly since: number }[] = []

  /** @param now monotonic, ms */
  constructor(options: { readonly readOnly: boolean; readonly now: () => number }) {
    this.#readOnly = options.readOnly
    this.#now = options.now
  }

  push(request: StoreRequest): void {
    const { background } = operations[request.operation] as Operation
    if (background === true) this.#background.push({ request, since: this.#now() })
    else this.#urgent.push(request)
  }

  get empty(): boolean {
    return this.#urgent.length === 0 && this.#background.length === 0
  }

  /**
   * Takes the requests that share the next commit: the sync of durable ones is not paid by the others. None where
   * there are none, or where those that are left can wait and `crowded` says that they have to.
   */
  take(crowded: boolean): readonly StoreRequest[] {
    const [oldest] = this.#background
    const impatient = oldest !== undefined && this.#now() - oldest.since >= MOST_PATIENCE_MS
    if (oldest !== undefined && (impatient || (this.#urgent.length === 0 && !crowded))) {
      this.#background.shift()
      return [oldest.request]
    }
    const mode = this.modeOf(this.#urgent[0])
    const other = this.#urgent.findIndex((request) => this.modeOf(request) !== mode)
    return this.#urgent.splice(0, Math.min(other === -1 ? this.#urgent.length : other, MAX_BATCH))
  }

  modeOf(request: StoreRequest | undefined): CommitMode {
    if (this.#readOnly) return 'read'
    return request !== undefined && operations[request.operation].durable ? 'durable' : 'relaxed'
  }
}
