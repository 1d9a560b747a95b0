import { AnalyticsError } from './errors.ts'
import type { MetricBlock, MetricStore } from './store/metric-store.ts'

export interface OutboxOptions {
  readonly store: MetricStore
  /** Samples that wait at most. */
  readonly limit: number
  /** Fills the outbox with all that was recorded; called before each write. */
  readonly gather: () => void
  /** Told how many samples went, where the limit was passed. */
  readonly onLoss: (samples: number) => void
}

/** Blocks on their way to the store: written in one piece, kept and tried again while the store fails. */
export class Outbox {
  readonly #options: OutboxOptions
  #blocks: MetricBlock[] = []
  #samples = 0
  #inFlight = 0
  #flushing: Promise<void> | undefined
  #queued: Promise<void> | undefined

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  /** Samples that the store has not acknowledged. */
  get samples(): number {
    return this.#samples + this.#inFlight
  }

  add(blocks: readonly MetricBlock[]): void {
    for (const block of blocks) {
      this.#blocks.push(block)
      this.#samples += rawSamples(block)
    }
    this.#bound()
  }

  /** Resolves once everything recorded before this call is in the store. */
  flush(): Promise<void> {
    // Calls that come while another flush is under way share the next one: a slow store is not met with a queue.
    this.#queued ??= (this.#flushing ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => {
        this.#flushing = this.#queued
        this.#queued = undefined
        return this.#write()
      })
    return this.#queued
  }

  async #write(): Promise<void> {
    this.#options.gather()
    const batch = this.#blocks
    if (batch.length === 0) return
    this.#inFlight = this.#samples
    this.#blocks = []
    this.#samples = 0
    try {
      const what = `${this.#inFlight} samples`
      await append(
        this.#options.store,
        batch,
        what,
        'They are kept in memory and written with the next flush; see the cause.',
      )
    } catch (error) {
      this.#blocks = [...batch, ...this.#blocks]
      this.#samples += this.#inFlight
      this.#bound()
      throw error
    } finally {
      this.#inFlight = 0
    }
  }

  /** A store that fails for long must not fill the memory: the oldest samples go, counted. */
  #bound(): void {
    while (this.#samples > this.#options.limit && this.#blocks.length > 1) {
      const lost = this.#blocks.shift()
      const samples = lost === undefined ? 0 : rawSamples(lost)
      this.#samples -= samples
      this.#options.onLoss(samples)
    }
  }
}

/** Rollups tell again what raw blocks told: only these hold samples. */
function rawSamples(block: MetricBlock): number {
  return block.tier === 'raw' ? block.count : 0
}

/**
 * @param what What the blocks are. @param hint What to do where the store does not take them.
 * @throws AnalyticsError `METRIC_FLUSH_FAILED`
 */
export async function append(
  store: MetricStore,
  blocks: readonly MetricBlock[],
  what: string,
  hint: string,
): Promise<void> {
  try {
    await store.append(blocks)
  } catch (cause) {
    throw new AnalyticsError('METRIC_FLUSH_FAILED', `The store did not take ${what}.`, hint, { cause })
  }
}
