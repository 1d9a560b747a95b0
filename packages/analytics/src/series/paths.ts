import { getOrMake } from '../get-or-make.ts'
import type { Labels } from './labels.ts'
import type { Series } from './series.ts'

/** Slots at most in which a step remembers the steps that were asked for, a power of two. */
const mostSlots = 64

interface Step {
  /** The label's value that leads here. */
  readonly value: string
  /** Empty while there is none: strings alone are compared faster than strings and undefined. */
  label: string
  next: Map<string, Step>
  /** The steps of `next` that were asked for lately, by a hash of their values: a map costs four times as much. */
  near: Step[]
  series: Series | undefined
  /** Other labels that were seen in this place; rare. */
  others: Map<string, Map<string, Step>> | undefined
}

const newStep = (value: string): Step => ({
  value,
  label: '',
  next: noSteps,
  near: [],
  series: undefined,
  others: undefined,
})
const noSteps: Map<string, Step> = new Map()
/** Half a surrogate pair: no label has this value. */
const nowhere = newStep('\ud800')

/** Of its last two characters, in which numbers and most names differ. */
function hashOf(value: string): number {
  const last = value.length - 1
  return last > 0 ? value.charCodeAt(last) + 11 * value.charCodeAt(last - 1) : last + 1
}

/** How many steps there are. */
export interface PathCount {
  steps: number
}

/** The paths to the series of one metric: through the labels in the order in which callers write them, so that no key is built. */
export class LabelPaths {
  readonly #all: PathCount
  #root = newStep('')
  #steps = 0

  /** @param all Counts the steps of all metrics together. */
  constructor(all: PathCount) {
    this.#all = all
  }

  /** Undefined where these labels were not learned, written in this order. */
  find(labels: Labels | undefined): Series | undefined {
    let step: Step | undefined = this.#root
    for (const label in labels) {
      const value: unknown = labels[label]
      if (typeof value !== 'string') return undefined
      if (step.label === label) {
        const { near }: Step = step
        const guess = near[hashOf(value) & (near.length - 1)] as Step
        step = guess.value === value ? guess : follow(step, value)
      } else step = step.others?.get(label)?.get(value)
      if (step === undefined) return undefined
    }
    return step.series
  }

  learn(labels: Labels | undefined, series: Series): void {
    let step = this.#root
    for (const label in labels) {
      const value = labels[label] as string
      const next = stepsOf(step, label)
      let following = next.get(value)
      if (following === undefined) {
        following = newStep(value)
        this.#steps += 1
        this.#all.steps += 1
        next.set(value, following)
        if (next === step.next) widen(step)
      }
      step = following
    }
    step.series = series
  }

  forget(): void {
    this.#root = newStep('')
    this.#all.steps -= this.#steps
    this.#steps = 0
  }
}

/** The step to a value, which is remembered. */
function follow({ next, near }: Step, value: string): Step | undefined {
  const found = next.get(value)
  if (found !== undefined) near[hashOf(value) & (near.length - 1)] = found
  return found
}

function stepsOf(step: Step, label: string): Map<string, Step> {
  if (step.label === '') {
    step.label = label
    step.next = new Map()
  }
  if (step.label === label) return step.next
  step.others ??= new Map()
  return getOrMake(step.others, label, () => new Map())
}

/** Four slots for each step, so that few of them share one. */
function widen(step: Step): void {
  const slots = Math.min(mostSlots, 4 * step.next.size)
  if (step.near.length >= slots) return
  step.near = new Array<Step>(Math.max(4, 2 * step.near.length)).fill(nowhere)
}
