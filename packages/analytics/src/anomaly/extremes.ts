import { count, type DetectorState, pack, packNumber, part, unpack, unpackNumber } from './state.ts'

const blocks = 32

/** The most extreme values of each of the last blocks of samples, in one array. */
class Side {
  readonly #sign: 1 | -1
  readonly #keep: number
  /** A row for each block, sorted, the most extreme first. */
  readonly #rows: Float64Array
  readonly #lengths = new Uint16Array(blocks)
  /** The most extreme of all rows but the one that is being filled. */
  readonly #closed: Float64Array
  #closedLength = 0

  constructor(sign: 1 | -1, keep: number) {
    this.#sign = sign
    this.#keep = keep
    this.#rows = new Float64Array(blocks * keep)
    this.#closed = new Float64Array(keep)
  }

  push(row: number, value: number): void {
    const length = this.#lengths[row] as number
    const placed = this.#insert(this.#rows, row * this.#keep, length, value)
    if (placed) this.#lengths[row] = Math.min(length + 1, this.#keep)
  }

  /** Empties a row, and takes all the others together. */
  open(row: number): void {
    this.#lengths[row] = 0
    this.#closedLength = 0
    for (let other = 0; other < blocks; other += 1) {
      const start = other * this.#keep
      for (let i = 0; i < (this.#lengths[other] as number); i += 1) {
        if (!this.#insert(this.#closed, 0, this.#closedLength, this.#rows[start + i] as number)) break
        this.#closedLength = Math.min(this.#closedLength + 1, this.#keep)
      }
    }
  }

  /** The value at a fractional rank, from the most extreme on. */
  atRank(row: number, rank: number): number {
    const sign = this.#sign
    const start = row * this.#keep
    const length = this.#lengths[row] as number
    const whole = Math.floor(rank)
    let [i, j] = [0, 0]
    let value = Number.NaN
    for (let k = 0; k <= whole + 1; k += 1) {
      const x = i < this.#closedLength ? (this.#closed[i] as number) : Number.NaN
      const y = j < length ? (this.#rows[start + j] as number) : Number.NaN
      if (Number.isNaN(x) && Number.isNaN(y)) return value
      const closed = Number.isNaN(y) || sign * x >= sign * y
      const taken = closed ? x : y
      if (closed) i += 1
      else j += 1
      if (k <= whole) value = taken
      else return value + (rank - whole) * (taken - value)
    }
    return value
  }

  save(): DetectorState {
    return {
      rows: pack(this.#rows),
      lengths: pack(this.#lengths),
      closed: pack(this.#closed),
      closedLength: this.#closedLength,
    }
  }

  load(state: DetectorState): void {
    unpack(state, 'rows', this.#rows)
    unpack(state, 'lengths', this.#lengths)
    unpack(state, 'closed', this.#closed)
    this.#closedLength = count(state, 'closedLength', this.#keep)
  }

  #insert(list: Float64Array, start: number, length: number, value: number): boolean {
    const sign = this.#sign
    const full = length === this.#keep
    if (full && sign * value <= sign * (list[start + length - 1] as number)) return false
    let i = start + (full ? length - 1 : length)
    for (; i > start && sign * (list[i - 1] as number) < sign * value; i -= 1) list[i] = list[i - 1] as number
    list[i] = value
    return true
  }
}

/**
 * Extreme quantiles of the last samples, exactly, in little memory: each of 32 blocks keeps only the few values that an
 * extreme quantile of the whole window can depend on.
 */
export class ExtremesWindow {
  readonly #blockSize: number
  readonly #share: number
  readonly #top: Side
  readonly #bottom: Side
  #row = 0
  #rowsFilled = 0
  #inRow = 0
  #count = 0
  #lower = Number.NaN
  #upper = Number.NaN

  /**
   * @param samples Length of the window; it moves on by a 32nd of it at a time.
   * @param share Of samples outside of each bound: 0.001 for the 0.1 % and 99.9 % quantiles.
   */
  constructor(samples: number, share: number) {
    this.#blockSize = Math.max(1, Math.floor(samples / blocks))
    this.#share = share
    const keep = Math.ceil(share * samples) + 2
    this.#top = new Side(1, keep)
    this.#bottom = new Side(-1, keep)
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
    if (this.#inRow === this.#blockSize) {
      this.#row = (this.#row + 1) % blocks
      this.#inRow = 0
      if (this.#rowsFilled === blocks - 1) this.#count -= this.#blockSize
      else this.#rowsFilled += 1
      this.#top.open(this.#row)
      this.#bottom.open(this.#row)
    }
    this.#top.push(this.#row, value)
    this.#bottom.push(this.#row, value)
    this.#inRow += 1
    this.#count += 1
    const rank = this.#share * (this.#count - 1)
    this.#upper = this.#top.atRank(this.#row, rank)
    this.#lower = this.#bottom.atRank(this.#row, rank)
  }

  save(): DetectorState {
    return {
      top: this.#top.save(),
      bottom: this.#bottom.save(),
      row: this.#row,
      rowsFilled: this.#rowsFilled,
      inRow: this.#inRow,
      count: this.#count,
      lower: packNumber(this.#lower),
      upper: packNumber(this.#upper),
    }
  }

  load(state: DetectorState): void {
    this.#top.load(part(state, 'top'))
    this.#bottom.load(part(state, 'bottom'))
    this.#row = count(state, 'row', blocks - 1)
    this.#rowsFilled = count(state, 'rowsFilled', blocks)
    this.#inRow = count(state, 'inRow', this.#blockSize)
    this.#count = count(state, 'count', this.#blockSize * blocks)
    this.#lower = unpackNumber(state, 'lower')
    this.#upper = unpackNumber(state, 'upper')
  }
}
