/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { ElementHandle, Frame, Page } from 'playwright-core'
import { Autoconsent } from './autoconsent.ts'
import { consentWords, findConsentButton } from './consent.ts'

/** How long a form waits to learn whether what lies over the page is a known dialog, in milliseconds. */
const lookTime = 1000
/** How long a known dialog may take to be answered, in milliseconds. */
const answerTime = 6000

/** Of a page with more, the rest is advertisements. */
const mostFrames = 8

/** Answers the dialogs of known consent managers while the form is being looked for. */
export class CookieAnswers {
  readonly #page: Page
  readonly #cookies: 'accept' | 'reject' | 'ignore'
  readonly #now: () => number
  #consent: Promise<Autoconsent | undefined> | undefined
  #startedAt = 0
  #covered = false
  #known: Autoconsent | undefined

  constructor(page: Page, cookies: 'accept' | 'reject' | 'ignore', now: () => number) {
    this.#page = page
    this.#cookies = cookies
    this.#now = now
  }

  /**
   * Looks at the page once; whether the form should wait. Where nothing lies over the page there is nothing to
   * answer, and so nothing is loaded into it.
   */
  async pending(): Promise<boolean> {
    const cookies = this.#cookies
    if (cookies === 'ignore') return false
    if (this.#consent === undefined) {
      if (!(await this.#page.evaluate(isCovered, consentWords.accept.about))) return false
      this.#covered = true
      this.#startedAt = this.#now()
      this.#consent = Autoconsent.start(this.#page, cookies)
    }
    this.#known ??= await this.#consent
    const passed = this.#now() - this.#startedAt
    const state = this.#known?.state
    return (state === 'looking' && passed < lookTime) || (state === 'answering' && passed < answerTime)
  }

  /**
   * The button that answers a dialog written by hand: in the page, or in a frame where one may lie over it. Undefined
   * where there is none, and where dialogs are left alone.
   */
  async button(): Promise<ElementHandle<Element> | undefined> {
    const cookies = this.#cookies
    if (cookies === 'ignore') return undefined
    const main = this.#page.mainFrame()
    const find = async (frame: Frame) =>
      (
        await frame.evaluateHandle(findConsentButton, { ...consentWords[cookies], whole: frame !== main })
      ).asElement() ?? undefined
    const own = await find(main)
    if (own !== undefined || !this.#covered) return own
    const frames = this.#page.frames().filter((frame) => frame !== main)
    // A frame may go at any time, and is no reason to give the page up.
    const found = await Promise.all(frames.slice(0, mostFrames).map((frame) => find(frame).catch(() => undefined)))
    return found.find((button) => button !== undefined)
  }

  /** What was answered, for the record. */
  get answered(): string | undefined {
    return this.#known?.state === 'answered' ? this.#known.manager : undefined
  }
}

/** Runs in the page; sent as text. Whether something lies over the page that may be about cookies. */
function isCovered(about: string): boolean {
  const subject = new RegExp(about, 'i')
  const places = [0.05, 0.5, 0.95]
  for (const x of places)
    for (const y of places) {
      const top = document.elementFromPoint(innerWidth * x, innerHeight * y)
      for (let at: Element | null = top; at !== null && at !== document.body; at = at.parentElement) {
        const { position } = getComputedStyle(at)
        if (position !== 'fixed' && position !== 'sticky' && at.tagName !== 'DIALOG') continue
        const opaque = at.shadowRoot !== null || at.querySelector('iframe') !== null || at.tagName === 'IFRAME'
        if (opaque || subject.test((at.textContent ?? '').slice(0, 5000))) return true
      }
    }
  return false
}
