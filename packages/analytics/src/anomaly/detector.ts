import { count, type DetectorState, pack, part, unpack } from './state.ts'

/** What a detector says of one sample. The same for every method. */
export interface AnomalyVerdict {
  /** Above 1 is anomalous; how far above says how clearly. 0 during the warm-up. */
  readonly score: number
  /**
   * True on the sample that is worth telling somebody: an anomalous one with a greater score than all of the last
   * `cooldown` samples. One incident is told once, and again only when it gets worse.
   */
  readonly onset: boolean
  /** What was usual before this sample; NaN during the warm-up. */
  readonly expected: number
  readonly lower: number
  readonly upper: number
  /** Where the value lies against the bounds; `within` also where its value is usual but its pattern is not. */
  readonly direction: 'above' | 'below' | 'within'
  /** In plain words. */
  readonly reason: string
}

/** A streaming detector: one call a sample, in the order of time, in memory of a stated bound. */
export interface AnomalyDetector {
  readonly method: string
  /** @param at Epoch ms; only seasonal detectors look at it. */
  update(value: number, at: number): AnomalyVerdict
  /** All that it has learned, as JSON: give it to `createDetector` with the same options. */
  snapshot(): DetectorSnapshot
}

/** What a detector has learned. */
export interface DetectorSnapshot {
  readonly version: 1
  readonly method: string
  readonly state: DetectorState
}

/** What a method itself has to know: its judgement on a sample before it learns from it. */
export interface Judgement {
  readonly score: number
  readonly expected: number
  readonly lower: number
  readonly upper: number
}

/** The heart of a detector: judges a sample by what came before, then learns it. Undefined: too little came before. */
export interface DetectorCore {
  observe(value: number, at: number): Judgement | undefined
  save(): DetectorState
  /** Takes up what `save` gave; throws RangeError where it is of another detector. */
  load(state: DetectorState): void
}

/** Options of all detectors. */
export interface DetectorOptions {
  /** Samples before the first verdict; default 100. */
  readonly warmUp?: number
  /** Samples over which an incident is told once; default 150. */
  readonly cooldown?: number
  /**
   * Least scale, in units of the value: what is closer than this is never told apart. Default: a share of the level that
   * each method states, so that a constant series is anomalous only once it moves by more than that.
   */
  readonly floor?: number
}

const silent: AnomalyVerdict = {
  score: 0,
  onset: false,
  expected: Number.NaN,
  lower: Number.NaN,
  upper: Number.NaN,
  direction: 'within',
  reason: 'still learning what is usual',
}

/** Gives a core its warm-up, its onset and cooldown, and its words. */
export function streaming(
  method: string,
  core: DetectorCore,
  options: DetectorOptions,
  snapshot?: DetectorSnapshot,
): AnomalyDetector {
  const { warmUp = 100, cooldown = 150 } = options
  const peaks = new RecentPeak(cooldown)
  let seen = 0
  if (snapshot !== undefined) {
    if (snapshot.version !== 1 || snapshot.method !== method) throw new RangeError(`the state is not of ${method}`)
    seen = count(snapshot.state, 'seen', Number.MAX_SAFE_INTEGER)
    core.load(part(snapshot.state, 'core'))
    peaks.load(part(snapshot.state, 'peaks'))
  }
  return {
    method,
    snapshot: () => ({ version: 1, method, state: { seen, core: core.save(), peaks: peaks.save() } }),
    update(value, at) {
      seen += 1
      const found = core.observe(value, at)
      if (found === undefined || seen <= warmUp) return silent
      const { score, expected, lower, upper } = found
      const onset = score > 1 && score > peaks.highest
      peaks.push(score)
      const direction = value > upper ? 'above' : value < lower ? 'below' : 'within'
      return { score, onset, expected, lower, upper, direction, reason: words(value, found, direction) }
    },
  }
}

function words(value: number, found: Judgement, direction: AnomalyVerdict['direction']): string {
  if (found.score <= 1) return 'within what is usual'
  const usual = `usual is ${short(found.lower)} to ${short(found.upper)}`
  if (direction === 'within') return `${short(value)} does not fit what came just before it; ${usual}`
  return `${short(value)} is ${direction} what is usual; ${usual}`
}

const short = (value: number): string => String(Number(value.toPrecision(4)))

/** The highest of the last few scores: a queue of falling candidates, O(1) a push on average. */
export class RecentPeak {
  readonly #span: number
  readonly #scores: Float64Array
  readonly #times: Uint32Array
  #first = 0
  #length = 0
  #now = 0

  constructor(span: number) {
    this.#span = span
    this.#scores = new Float64Array(span + 1)
    this.#times = new Uint32Array(span + 1)
  }

  get highest(): number {
    return this.#length === 0 ? 0 : (this.#scores[this.#first] as number)
  }

  save(): DetectorState {
    return {
      scores: pack(this.#scores),
      times: pack(this.#times),
      first: this.#first,
      length: this.#length,
      now: this.#now,
    }
  }

  load(state: DetectorState): void {
    unpack(state, 'scores', this.#scores)
    unpack(state, 'times', this.#times)
    this.#first = count(state, 'first', this.#span)
    this.#length = count(state, 'length', this.#span + 1)
    this.#now = count(state, 'now', Number.MAX_SAFE_INTEGER)
  }

  push(score: number): void {
    const { length } = this.#scores
    this.#now += 1
    if (this.#length > 0 && (this.#times[this.#first] as number) <= this.#now - this.#span) {
      this.#first = (this.#first + 1) % length
      this.#length -= 1
    }
    while (this.#length > 0 && (this.#scores[(this.#first + this.#length - 1) % length] as number) <= score) {
      this.#length -= 1
    }
    const slot = (this.#first + this.#length) % length
    this.#scores[slot] = score
    this.#times[slot] = this.#now
    this.#length += 1
  }
}
