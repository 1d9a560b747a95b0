import type { AnomalyDetector, DetectorSnapshot } from '../../anomaly/detector.ts'
import { createDetector } from '../../anomaly/detectors.ts'
import { AnalyticsError } from '../../errors.ts'
import type { SampleRing } from '../../series/ring.ts'
import type { Series } from '../../series/series.ts'
import type { AnomalyRule } from '../types.ts'
import { defaultWindowMs } from './kind.ts'
import { WindowPeak } from './scores.ts'

/** What one detector of a rule has learned, as it survives JSON. */
export interface DetectorMemory {
  readonly ruleId: string
  readonly subject: string
  /** Key of its series. */
  readonly series: string
  /** Time of the newest sample that it has read, epoch ms; undefined before the first. */
  readonly lastAt?: number
  /** Times and scores that its window still holds. */
  readonly peaks: readonly (readonly [at: number, score: number])[]
  readonly detector: DetectorSnapshot
}

/** Detectors of series that have left memory; each takes up to 16 kB. */
const mostDropped = 500

/** A detector, and how far it has read its series. */
export class Watched {
  readonly detector: AnomalyDetector
  readonly peak: WindowPeak
  #ring: SampleRing | undefined
  #read = 0
  /** Samples up to this time were read from the series' ring before this one, epoch ms. */
  #readBefore = Number.NEGATIVE_INFINITY
  #lastAt = Number.NEGATIVE_INFINITY
  /** The first sample after the warm-up. */
  #judgedFrom = 0

  constructor(rule: AnomalyRule, memory?: Omit<DetectorMemory, 'ruleId' | 'subject' | 'series'>) {
    this.detector = createDetector(rule.detector, memory?.detector)
    this.peak = new WindowPeak(rule.windowMs ?? defaultWindowMs)
    for (const [at, score] of memory?.peaks ?? []) this.peak.push(at, score)
    this.#lastAt = memory?.lastAt ?? Number.NEGATIVE_INFINITY
  }

  /** Lets the detector read what was recorded since the last time; each sample once, in the order of arrival. */
  readOn({ ring }: Series): void {
    if (ring !== this.#ring) {
      // After a restart, or once its series is back in memory: what was read before is not read again.
      this.#ring = ring
      this.#read = 0
      this.#judgedFrom = 0
      this.#readBefore = this.#lastAt
    }
    for (let i = Math.max(this.#read, ring.first); i < ring.written; i += 1) {
      const at = ring.timeAt(i)
      if (at <= this.#readBefore) continue
      if (at > this.#lastAt) this.#lastAt = at
      const { score, expected } = this.detector.update(ring.valueAt(i), at)
      if (Number.isNaN(expected)) this.#judgedFrom = i + 1
      else this.peak.push(at, score)
    }
    this.#read = ring.written
  }

  /** Samples later than `since` on which there was a verdict: a score of 0 is one, the warm-up is none. */
  judged({ ring }: Series, since: number): number {
    let count = 0
    const from = Math.max(ring.lowerBound(since), this.#judgedFrom)
    if (ring.ordered) return Math.max(0, ring.written - from)
    for (let i = from; i < ring.written; i += 1) if (ring.timeAt(i) > since) count += 1
    return count
  }

  save(): Omit<DetectorMemory, 'ruleId' | 'subject' | 'series'> {
    const lastAt = this.#lastAt
    return {
      ...(Number.isFinite(lastAt) && { lastAt }),
      peaks: this.peak.list(),
      detector: this.detector.snapshot(),
    }
  }
}

/** Undefined where the rule has another detector by now: it learns anew. */
export function remembered(rule: AnomalyRule, memory: DetectorMemory): Watched | undefined {
  try {
    return new Watched(rule, memory)
  } catch (error) {
    if (error instanceof AnalyticsError) return undefined
    throw error
  }
}

/** Of the detectors whose series have left memory only the newest are kept for their return. */
export function forgetDropped(watched: Map<string, Watched>, list: readonly Series[]): void {
  if (watched.size - list.length <= mostDropped) return
  const held = new Set(list.map((series) => series.key))
  let dropped = watched.size - list.length
  for (const key of watched.keys()) {
    if (dropped <= mostDropped) return
    if (held.has(key)) continue
    watched.delete(key)
    dropped -= 1
  }
}
