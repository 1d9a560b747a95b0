import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Ids go on from the time, so many for each millisecond. */
const PER_MS = 1000
/** How far ahead ids are taken at once, so that the file is written once a minute at most. */
const AHEAD = 60_000 * PER_MS

/** When a line of this id was said at the latest; epoch ms. */
export function timeOfId(id: number): number {
  return Math.floor(id / PER_MS)
}

/**
 * Numbers that increase, over restarts, crashes and a clock that goes back as well: a small file says which may have
 * been given out.
 */
export class Numbering implements Disposable {
  readonly #file: string
  readonly #now: () => number
  #last: number
  #taken: number

  constructor(file: string, now: () => number) {
    this.#file = file
    this.#now = now
    this.#last = read(file)
    this.#taken = this.#last
  }

  get last(): number {
    return this.#last
  }

  next(): number {
    this.#last = Math.max(this.#last + 1, this.#now() * PER_MS)
    if (this.#last > this.#taken) this.#take(this.#last + AHEAD)
    return this.#last
  }

  [Symbol.dispose](): void {
    this.#take(this.#last)
  }

  #take(until: number): void {
    this.#taken = until
    try {
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 })
      writeFileSync(this.#file, `${until}\n`, { mode: 0o600 })
    } catch {
      // On a full disk the time alone has to do.
    }
  }
}

function read(file: string): number {
  try {
    const number = Number(readFileSync(file, 'utf8'))
    return Number.isSafeInteger(number) && number > 0 ? number : 0
  } catch {
    return 0
  }
}
