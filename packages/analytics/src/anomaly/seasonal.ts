import { EwmaCore, judgeAround, scaleFloor, withinBounds } from './cores.ts'
import type { DetectorCore, Judgement } from './detector.ts'
import { type DetectorState, pack, part, unpack } from './state.ts'

const hourMs = 3_600_000
const periods = { daily: 24, weekly: 168 } as const

export type Season = keyof typeof periods

interface Slot {
  mean: number
  visits: number
  lastDay: number
}

/**
 * What is usual at this hour of the day, or of the week (UTC): a mean for each hour, carried on from period to period,
 * and one scale, the usual distance from it. There is a verdict from the second visit of an hour on.
 */
export class SeasonalCore implements DetectorCore {
  readonly #hours: number
  readonly #width: number
  readonly #floor: number | undefined
  readonly #slots: Slot[]
  /** Judges what the season leaves over. */
  readonly #rest: EwmaCore

  constructor(options: { readonly season: Season; readonly width: number; readonly floor: number | undefined }) {
    this.#hours = periods[options.season]
    this.#width = options.width
    this.#floor = options.floor
    this.#slots = Array.from({ length: this.#hours }, () => ({ mean: 0, visits: 0, lastDay: Number.NaN }))
    this.#rest = new EwmaCore({ window: 24 * this.#hours, width: options.width, floor: 0 })
  }

  observe(value: number, at: number): Judgement | undefined {
    const hour = Math.floor(at / hourMs)
    const slot = this.#slots[((hour % this.#hours) + this.#hours) % this.#hours] as Slot
    const period = Math.floor(hour / this.#hours)
    let found: Judgement | undefined
    // Within its first visit an hour has nothing to be compared with but itself.
    if (slot.visits > 1 || (slot.visits === 1 && slot.lastDay !== period)) {
      const left = this.#rest.observe(value - slot.mean)
      if (left !== undefined) {
        const scale = Math.max((left.upper - left.lower) / 2 / this.#width, scaleFloor(this.#floor, slot.mean))
        found = judgeAround(value, slot.mean, this.#width * scale)
      }
    }
    if (slot.lastDay !== period) {
      slot.visits += 1
      slot.lastDay = period
    }
    const learned = found === undefined ? value : withinBounds(value, found)
    slot.mean = slot.visits === 1 && slot.mean === 0 ? learned : slot.mean + 0.1 * (learned - slot.mean)
    return found
  }

  save(): DetectorState {
    const of = (field: keyof Slot): string => pack(Float64Array.from(this.#slots, (slot) => slot[field]))
    return { mean: of('mean'), visits: of('visits'), lastDay: of('lastDay'), rest: this.#rest.save() }
  }

  load(state: DetectorState): void {
    for (const field of ['mean', 'visits', 'lastDay'] as const) {
      const numbers = new Float64Array(this.#hours)
      unpack(state, field, numbers)
      for (const [i, slot] of this.#slots.entries()) slot[field] = numbers[i] as number
    }
    this.#rest.load(part(state, 'rest'))
  }
}
