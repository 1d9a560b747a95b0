/**
 * Does `work` for each index in order, `lanes` at a time at most; begins none once `isOver()`. An error lets what is
 * under way come to its end first.
 */
export async function inLanes(
  lanes: number,
  indexes: readonly number[],
  work: (index: number) => Promise<void>,
  isOver: () => boolean,
): Promise<void> {
  const queue = indexes.values()
  let failed = false
  const lane = async () => {
    for (const index of queue) {
      if (failed || isOver()) return
      try {
        await work(index)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: Math.min(lanes, indexes.length) }, lane))
  const broken = ends.find((end) => end.status === 'rejected')
  if (broken !== undefined) throw broken.reason
}

export interface PaceOptions {
  /** Between two beginnings, in milliseconds. */
  readonly pauseMs: number
  checkpoint(): Promise<void>
  sleep(ms: number): Promise<void>
}

/** Lets submissions begin one after the other, however many lanes there are: so many a minute, none while paused. */
export class Pace {
  readonly #options: PaceOptions
  #last: Promise<void> = Promise.resolve()
  #begun = 0

  constructor(options: PaceOptions) {
    this.#options = options
  }

  /** Resolves when the next one may begin. */
  begin(): Promise<void> {
    const turn = this.#last.then(() => this.#wait())
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #wait(): Promise<void> {
    const { pauseMs, checkpoint, sleep } = this.#options
    await checkpoint()
    if (this.#begun++ > 0 && pauseMs > 0) await sleep(pauseMs)
  }
}
