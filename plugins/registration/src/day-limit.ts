import type { Authorisation, PluginStorage } from '@refbot/plugin-sdk'

const dayMs = 86_400_000

type Count = { readonly day: number; readonly count: number }

/**
 * How many submissions a target has had from this plugin on one UTC day, over all of its runs. The host counts what
 * leaves, and its word is final; this keeps a batch from beginning what could not be sent.
 */
export class DayLimit {
  readonly #storage: PluginStorage
  readonly #key: string
  readonly #max: number
  readonly #now: () => number

  constructor(
    storage: PluginStorage,
    { origin, maxPerDay = Infinity }: Pick<Authorisation, 'origin' | 'maxPerDay'>,
    now: () => number,
  ) {
    this.#storage = storage
    this.#key = `days/${origin}`
    this.#max = maxPerDay
    this.#now = now
  }

  /** How many more there may be today. */
  async left(): Promise<number> {
    return this.#max === Infinity ? Infinity : Math.max(0, this.#max - (await this.#today()).now.count)
  }

  /** Counts one more. @returns whether there may be one */
  async take(): Promise<boolean> {
    if (this.#max === Infinity) return true
    for (;;) {
      const { stored, now } = await this.#today()
      if (now.count >= this.#max) return false
      if (await this.#storage.compareAndSet(this.#key, stored, { ...now, count: now.count + 1 })) return true
    }
  }

  async #today(): Promise<{ stored: Count | undefined; now: Count }> {
    const stored = (await this.#storage.get(this.#key)) as Count | undefined
    const day = Math.floor(this.#now() / dayMs)
    return { stored, now: stored?.day === day ? stored : { day, count: 0 } }
  }
}
