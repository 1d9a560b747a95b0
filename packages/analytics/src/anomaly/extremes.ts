/**
 * The largest and smallest values of the last samples, exactly, in little memory: each block of samples keeps only the few
 * that an extreme quantile of the whole window can depend on.
 */
export class ExtremesWindow {
  readonly #blockSize: number
  readonly #blocks: number
  readonly #keep: number
  readonly #share: number
  readonly #tops: number[][] = [[]]
  readonly #bottoms: number[][] = [[]]
  /** The extremes of all blocks but the last, which alone still changes. */
  #closedTop: number[] = []
  #closedBottom: number[] = []
  #inLast = 0
  #count = 0
  #lower = Number.NaN
  #upper = Number.NaN

  /**
   * @param samples Length of the window; it moves on by a 32nd of it at a time.
   * @param share Of samples outside of each bound: 0.001 for the 0.1 % and 99.9 % quantiles.
   */
  constructor(samples: number, share: number) {
    this.#blocks = 32
    this.#blockSize = Math.max(1, Math.floor(samples / this.#blocks))
    this.#share = share
    this.#keep = Math.ceil(share * samples) + 2
  }

  /** Samples in the window. */
  get count(): number {
    return this.#count
  }

  /** The `share` quantile, interpolated linearly; NaN while empty. */
  get lower(): number {
    return this.#lower
  }

  /** The `1 - share` quantile. */
  get upper(): number {
    return this.#upper
  }

  push(value: number): void {
    if (this.#inLast === this.#blockSize) this.#nextBlock()
    const top = this.#tops.at(-1) as number[]
    const bottom = this.#bottoms.at(-1) as number[]
    insert(top, value, this.#keep, 1)
    insert(bottom, value, this.#keep, -1)
    this.#inLast += 1
    this.#count += 1
    const rank = this.#share * (this.#count - 1)
    this.#upper = atRank(this.#closedTop, top, rank, 1)
    this.#lower = atRank(this.#closedBottom, bottom, rank, -1)
  }

  #nextBlock(): void {
    this.#tops.push([])
    this.#bottoms.push([])
    this.#inLast = 0
    if (this.#tops.length > this.#blocks) {
      this.#tops.shift()
      this.#bottoms.shift()
      this.#count -= this.#blockSize
    }
    this.#closedTop = joined(this.#tops, this.#keep, 1)
    this.#closedBottom = joined(this.#bottoms, this.#keep, -1)
  }
}

/** Keeps `list` sorted, the most extreme first, and no longer than `keep`. */
function insert(list: number[], value: number, keep: number, sign: 1 | -1): void {
  if (list.length === keep && sign * value <= sign * (list[keep - 1] as number)) return
  let i = list.length === keep ? keep - 1 : list.length
  for (; i > 0 && sign * (list[i - 1] as number) < sign * value; i -= 1) list[i] = list[i - 1] as number
  list[i] = value
}

function joined(lists: readonly (readonly number[])[], keep: number, sign: 1 | -1): number[] {
  return lists
    .flat()
    .sort((a, b) => sign * (b - a))
    .slice(0, keep)
}

/** The value at a fractional rank of two sorted lists together. */
function atRank(a: readonly number[], b: readonly number[], rank: number, sign: 1 | -1): number {
  const whole = Math.floor(rank)
  let i = 0
  let j = 0
  let value = Number.NaN
  let next = Number.NaN
  for (let k = 0; k <= whole + 1; k += 1) {
    const [x, y] = [a[i], b[j]]
    if (x === undefined && y === undefined) break
    const takeA = y === undefined || (x !== undefined && sign * x >= sign * y)
    const taken = (takeA ? x : y) as number
    if (takeA) i += 1
    else j += 1
    if (k === whole) value = taken
    if (k === whole + 1) next = taken
  }
  return Number.isNaN(next) ? value : value + (rank - whole) * (next - value)
}
