import { AnalyticsError } from './errors.ts'
import { blockBytes, type MetricBlock, type MetricStore } from './store/metric-store.ts'

export interface OutboxOptions {
  readonly store: MetricStore
  /** Bytes of blocks that wait at most, those of a write under way included. */
  readonly limitBytes: number
  /** Fills the outbox with all that was recorded; called before each write. */
  readonly gather: () => void
  /** Told how many samples, and how many rolled-up minutes and hours, went where the limit was passed. */
  readonly onLoss: (lost: { readonly samples: number; readonly rollups: number }) => void
}

/** Blocks on their way to the store: written in one piece, kept and tried again while the store fails. */
export class Outbox {
  readonly #options: OutboxOptions
  #blocks: MetricBlock[] = []
  #samples = 0
  #bytes = 0
  #inFlight = 0
  #inFlightBytes = 0
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
      this.#bytes += blockBytes(block)
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
    this.#inFlightBytes = this.#bytes
    this.#blocks = []
    this.#samples = 0
    this.#bytes = 0
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
      this.#bytes += this.#inFlightBytes
      this.#inFlight = 0
      this.#inFlightBytes = 0
      this.#bound()
      throw error
    } finally {
      this.#inFlight = 0
      this.#inFlightBytes = 0
    }
  }

  /** A store that fails for long must not fill the memory: the oldest samples go, then the oldest rollups, counted. */
  #bound(): void {
    const { limitBytes, onLoss } = this.#options
    if (this.#bytes + this.#inFlightBytes <= limitBytes) return
    // A little more at once, so that not each block looks through all.
    const bound = limitBytes * (1 - spare) - this.#inFlightBytes
    let [samples, rollups] = [0, 0]
    for (const raw of [true, false]) {
      if (this.#bytes <= bound) break
      const newest = this.#blocks.at(-1)
      this.#blocks = this.#blocks.filter((block) => {
        // The newest stays, however large it is: what was just recorded is worth most.
        if (this.#bytes <= bound || block === newest || (block.tier === 'raw') !== raw) return true
        this.#bytes -= blockBytes(block)
        if (raw) samples += block.count
        else rollups += block.count
        return false
      })
    }
    this.#samples -= samples
    onLoss({ samples, rollups })
  }
}

const spare = 1 / 16

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
