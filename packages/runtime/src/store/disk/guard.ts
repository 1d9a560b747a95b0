import type { Room } from '../committer.ts'
import { nextStatus, type Observation, type StoreHealth, type StoreStatus } from './health.ts'
import type { Reserve } from './reserve.ts'

export interface DiskGuardOptions {
  readonly reserve: Pick<Reserve, 'fill' | 'release' | 'free'>
  readonly reserveBytes: number
  readonly minFreeBytes: number
  /** Monotonic, ms. */
  readonly now: () => number
  readonly onChange: (health: StoreHealth) => void
}

/** Room is looked at no more often than this, ms. */
const LOOK_EVERY_MS = 1000
/** Out of `low` and `full` only with this much more than the limit, so that it does not flap. */
const AMPLE = 1.25

/** Watches the disk under the store, and gives up the reserve when a write finds no room. */
export class DiskGuard {
  readonly #options: DiskGuardOptions
  #status: StoreStatus = 'ok'
  #freeBytes = 0
  #detail: string | undefined
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(options: DiskGuardOptions) {
    this.#options = options
  }

  get broken(): boolean {
    return this.#status === 'full' || this.#status === 'failing'
  }

  get ok(): boolean {
    return this.#status === 'ok'
  }

  get room(): Room {
    if (this.#status === 'full') return 'none'
    return this.#status === 'ok' ? 'ample' : 'little'
  }

  get health(): StoreHealth {
    const detail = this.#detail === undefined ? {} : { detail: this.#detail }
    return { status: this.#status, freeBytes: this.#freeBytes, ...detail }
  }

  /** Looks at the room, at most once a second. */
  look(): void {
    const now = this.#options.now()
    if (now - this.#lookedAt < LOOK_EVERY_MS) return
    this.#lookedAt = now
    this.#observe({ type: 'room', enough: this.#enough() })
  }

  /** A write failed; says whether it is worth trying once more, since there is room now. */
  failed({ noRoom, detail }: { noRoom: boolean; detail: string }): boolean {
    this.#detail = detail
    const released = noRoom && this.#options.reserve.release()
    this.#enough()
    this.#observe({ type: noRoom ? 'noRoom' : 'writeFailed' })
    return released
  }

  /** While broken: whether the disk can be trusted again, which `write` tries out. */
  probe(write: () => boolean): void {
    const { reserve, reserveBytes, minFreeBytes } = this.#options
    this.#freeBytes = reserve.free()
    const enough = this.#freeBytes >= minFreeBytes * AMPLE + reserveBytes && reserve.fill()
    const succeeded = enough && write()
    if (succeeded) this.#detail = undefined
    this.#observe({ type: 'probe', succeeded, enough })
  }

  #enough(): boolean {
    this.#freeBytes = this.#options.reserve.free()
    return this.#freeBytes >= this.#options.minFreeBytes * (this.#status === 'low' ? AMPLE : 1)
  }

  #observe(seen: Observation): void {
    const before = this.#status
    this.#status = nextStatus(before, seen)
    if (this.#status !== before) this.#options.onChange(this.health)
  }
}
