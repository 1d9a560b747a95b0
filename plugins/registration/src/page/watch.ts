/// <reference lib="dom" />
import type { ConsoleMessage, Dialog, Page, Request, Response } from 'playwright-core'
import type { SubmitExchange } from '../outcome/classify.ts'

export interface WatchOptions {
  /** Origins that the page's document may come from. */
  readonly origins: ReadonlySet<string>
  /** The identity's address: the request that carries it is the submit. */
  readonly email: string
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** Boxes that a page may show before it is kept from showing more. */
const maxBoxes = 5

/** Follows what one page asks for and says: its documents, its submit, its dialogs. */
export class PageWatch implements Disposable {
  /** Addresses of the documents asked for, redirects included. */
  readonly documents: string[] = []
  /** Texts of `alert()` and `confirm()` boxes since the submit. */
  readonly dialogs: string[] = []
  /** A foreign origin that the page went to. */
  left: string | undefined
  /** What the page wrote to its console as an error, or did not catch; at most ten. */
  readonly errors: string[] = []
  /** Epoch milliseconds. */
  changedAt: number
  #submitting = false
  #boxes = 0
  #changes = 0
  #changesSeen = 0
  #navigating = false
  #failedDocument: string | undefined
  #documentStatus: number | undefined
  readonly #sent: Request[] = []
  readonly #status = new Map<Request, number>()
  readonly #failed = new Set<Request>()
  readonly #waiting = new Set<() => void>()
  readonly #page: Page
  readonly #options: WatchOptions

  constructor(page: Page, options: WatchOptions) {
    this.#page = page
    this.#options = options
    this.changedAt = options.now()
    page.on('request', this.#onRequest)
    page.on('response', this.#onResponse)
    page.on('requestfailed', this.#onFailed)
    page.on('domcontentloaded', this.#changed)
    page.on('framenavigated', this.#changed)
    page.on('dialog', this.#onDialog)
    page.on('console', this.#onConsole)
    page.on('pageerror', this.#onError)
  }

  [Symbol.dispose](): void {
    this.#page.off('request', this.#onRequest)
    this.#page.off('response', this.#onResponse)
    this.#page.off('requestfailed', this.#onFailed)
    this.#page.off('domcontentloaded', this.#changed)
    this.#page.off('framenavigated', this.#changed)
    this.#page.off('dialog', this.#onDialog)
    this.#page.off('console', this.#onConsole)
    this.#page.off('pageerror', this.#onError)
    this.#changed()
  }

  /** From here on, requests may be the submit; a further step starts afresh. */
  startSubmit(): void {
    this.#submitting = true
    this.#documentStatus = undefined
    this.#sent.length = 0
    this.#changed()
  }

  /** The request that carries the form, as far as one was seen. */
  get exchange(): SubmitExchange | undefined {
    const request = this.#submit()
    if (request === undefined) return undefined
    return {
      method: request.method(),
      url: request.url(),
      status: this.#status.get(request),
      navigation: request.isNavigationRequest(),
      failed: this.#failed.has(request),
    }
  }

  /** The status of the document that came after the submit; undefined before its head is there. */
  get documentStatus(): number | undefined {
    return this.#documentStatus
  }

  /** The address of the last document, where it could not be had. */
  get failedDocument(): string | undefined {
    return this.#failedDocument
  }

  /** A document was asked for and has not answered. */
  get navigating(): boolean {
    return this.#navigating
  }

  /** Resolves when something has happened on the page since the last call, after `ms` milliseconds at the latest. */
  async change(ms: number): Promise<void> {
    if (this.#changes === this.#changesSeen) await this.#nextChange(ms)
    this.#changesSeen = this.#changes
  }

  async #nextChange(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#waiting.delete(done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.#waiting.add(done)
    })
  }

  #submit(): Request | undefined {
    const email = this.#options.email
    const forms = [email, encodeURIComponent(email), encodeURIComponent(email).replaceAll('%20', '+')]
    const carries = (request: Request) => {
      const text = `${request.url()} ${request.postData() ?? ''}`
      return forms.some((form) => text.includes(form))
    }
    const posts = this.#sent.filter((request) => request.method() !== 'GET')
    return (
      posts.findLast(carries) ??
      this.#sent.find((request) => request.isNavigationRequest() && carries(request)) ??
      posts.find((request) => request.isNavigationRequest()) ??
      posts[0]
    )
  }

  #isDocument(request: Request): boolean {
    return request.isNavigationRequest() && request.frame().parentFrame() === null
  }

  #onRequest = (request: Request): void => {
    const { origins } = this.#options
    const known = origins.has(originOf(request.url()))
    if (this.#isDocument(request)) {
      this.#navigating = true
      this.#failedDocument = undefined
      if (known) this.documents.push(request.url())
      else if (/^https?:/.test(request.url())) this.left ??= originOf(request.url())
    }
    const sends = !/^(GET|HEAD|OPTIONS)$/.test(request.method())
    if (this.#submitting && known && (sends || request.isNavigationRequest())) this.#sent.push(request)
    this.#changed()
  }

  #onResponse = (response: Response): void => {
    const request = response.request()
    this.#status.set(request, response.status())
    const redirects = response.status() >= 300 && response.status() < 400
    if (request.isNavigationRequest() && !redirects) {
      if (this.#isDocument(request)) this.#navigating = false
      if (this.#submitting && this.#sent.includes(request)) this.#documentStatus = response.status()
    }
    this.#changed()
  }

  #onFailed = (request: Request): void => {
    this.#failed.add(request)
    if (this.#isDocument(request)) {
      this.#navigating = false
      this.#failedDocument = request.method() === 'GET' ? request.url() : undefined
    }
    this.#changed()
  }

  /** Nobody is there to answer: boxes are closed, and a question whether to go on is answered with yes. */
  #onDialog = (dialog: Dialog): void => {
    if (this.#submitting && dialog.type() !== 'beforeunload' && this.dialogs.length < 20)
      this.dialogs.push(dialog.message())
    if (++this.#boxes === maxBoxes) this.#silence()
    const answer = dialog.type() === 'confirm' || dialog.type() === 'beforeunload' ? dialog.accept() : dialog.dismiss()
    answer.catch(() => undefined)
    this.#changed()
  }

  /** What a browser offers its user after a few boxes: no more of them from this page. */
  #silence(): void {
    const quiet = () => {
      globalThis.alert = () => undefined
    }
    this.#page.addInitScript(quiet).catch(() => undefined)
    this.#page.evaluate(quiet).catch(() => undefined)
  }

  #onConsole = (message: ConsoleMessage): void => {
    if (message.type() === 'error') this.#keepError(message.text())
  }

  #onError = (error: Error): void => this.#keepError(error.message)

  #keepError(text: string): void {
    if (this.errors.length < 10) this.errors.push(text.slice(0, 300))
  }

  #changed = (): void => {
    this.changedAt = this.#options.now()
    this.#changes++
    for (const resolve of [...this.#waiting]) resolve()
  }
}

function originOf(url: string): string {
  try {
    return new URL(url).origin
  } catch {
    return ''
  }
}
