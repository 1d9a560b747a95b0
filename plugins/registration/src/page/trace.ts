import type { ConsoleMessage, Dialog, Frame, Page, Request, Response } from 'playwright-core'

/** Something that happened while a submission was made. */
export type TraceEvent = {
  /** Milliseconds since the page was opened. */
  readonly at: number
  readonly kind: 'step' | 'request' | 'response' | 'failed' | 'navigated' | 'console' | 'dialog' | 'consent' | 'mail'
  readonly text: string
}

/** Kept of one submission; the first and the last ones tell most. */
const mostEvents = 400

/**
 * What happened on a page, in order. Playwright's own trace is not used: it writes what is typed to disk before
 * anybody could take the password out, where a process that is killed leaves it, and takes a picture of the DOM at each
 * of its calls, which costs a fifth of a submission's time also where all goes well.
 */
export class Trace implements Disposable {
  readonly #events: TraceEvent[] = []
  readonly #now: () => number
  readonly #openedAt: number
  readonly #page: Page
  #left = 0

  constructor(page: Page, now: () => number) {
    this.#page = page
    this.#now = now
    this.#openedAt = now()
    page.on('request', this.#onRequest)
    page.on('response', this.#onResponse)
    page.on('requestfailed', this.#onFailed)
    page.on('framenavigated', this.#onNavigated)
    page.on('console', this.#onConsole)
    page.on('dialog', this.#onDialog)
  }

  [Symbol.dispose](): void {
    this.#page.off('request', this.#onRequest)
    this.#page.off('response', this.#onResponse)
    this.#page.off('requestfailed', this.#onFailed)
    this.#page.off('framenavigated', this.#onNavigated)
    this.#page.off('console', this.#onConsole)
    this.#page.off('dialog', this.#onDialog)
  }

  /** Oldest first; of a long list the middle is left out. */
  get events(): readonly TraceEvent[] {
    return this.#events
  }

  /** How many were left out. */
  get left(): number {
    return this.#left
  }

  add(kind: TraceEvent['kind'], text: string): void {
    this.#events.push({ at: this.#now() - this.#openedAt, kind, text: text.slice(0, 500) })
    if (this.#events.length <= mostEvents) return
    this.#events.splice(mostEvents / 2, 1)
    this.#left++
  }

  #onRequest = (request: Request): void => {
    this.add('request', `${request.method()} ${place(request.url())} (${request.resourceType()})`)
  }

  #onResponse = (response: Response): void => {
    this.add('response', `${response.status()} ${place(response.url())}`)
  }

  #onFailed = (request: Request): void => {
    this.add('failed', `${request.method()} ${place(request.url())}: ${request.failure()?.errorText ?? 'no reason'}`)
  }

  #onNavigated = (frame: Frame): void => {
    this.add('navigated', `${frame.parentFrame() === null ? 'page' : 'frame'} ${place(frame.url())}`)
  }

  #onConsole = (message: ConsoleMessage): void => this.add('console', `${message.type()}: ${message.text()}`)

  #onDialog = (dialog: Dialog): void => this.add('dialog', `${dialog.type()}: ${dialog.message()}`)
}

/** Without its query, where a form sent by GET has everything. */
function place(url: string): string {
  return /^(data|blob):/.test(url) ? url.slice(0, 30) : (url.split(/[?#]/)[0] ?? url)
}
