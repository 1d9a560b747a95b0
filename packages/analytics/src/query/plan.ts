import { hourMs, minuteMs } from '../rollup/roller.ts'
import type { Tier } from '../store/metric-store.ts'

/** A part of a range and the tier that answers it: `since <= at < until`, epoch ms. */
export interface Segment {
  readonly tier: Tier
  readonly since: number
  readonly until: number
}

/** What there is to choose from. All times are epoch ms. */
export interface Tiers {
  /** Minutes and hours that end by then are stored as rollups. */
  readonly closedUntil: number
  /** Raw samples from then on are kept. */
  readonly rawSince: number
  readonly minutesSince: number
  /** Nothing is recorded yet after it. */
  readonly now: number
}

/** `auto` takes the coarsest tier that the steps allow and that saves work; the others take that tier where it can answer. */
export type Resolution = 'auto' | Tier

/** How long one point of a tier is, ms. */
export const sizes: Readonly<Record<Tier, number>> = { raw: 1, '1m': minuteMs, '1h': hourMs }

/** Below this length reading raw samples is cheap enough to stay exact. */
const rawRangeMs = 2 * hourMs
const minuteRangeMs = 7 * 24 * hourMs

/** The tier that `auto` stands for: rollups only where their buckets are no longer than a step. */
export function chooseTier(range: { since: number; until: number; stepMs: number }, tiers: Tiers): Tier {
  const length = range.until - range.since
  const coarse = (tier: Tier): boolean => range.stepMs % sizes[tier] === 0 || range.stepMs === length
  if (length > minuteRangeMs && coarse('1h') && range.stepMs >= hourMs) return '1h'
  if (length > rawRangeMs && coarse('1m') && range.stepMs >= minuteMs) return '1m'
  return range.since >= tiers.rawSince ? 'raw' : '1m'
}

const floorTo = (size: number, at: number): number => Math.floor(at / size) * size
const ceilTo = (size: number, at: number): number => Math.ceil(at / size) * size

/** Whole buckets of one size within a range; empty where `since >= until`. */
function buckets(size: number, since: number, until: number, wanted: boolean, finerSince: number, closed: number) {
  // Where nothing finer is left, a bucket that the range cuts is answered whole.
  if (wanted) {
    return {
      since: since >= finerSince ? ceilTo(size, since) : floorTo(size, since),
      until: Math.min(floorTo(size, closed), until > finerSince ? floorTo(size, until) : ceilTo(size, until)),
    }
  }
  if (since >= finerSince) return { since, until: since }
  return {
    since: floorTo(size, since),
    until: Math.min(floorTo(size, closed), ceilTo(size, Math.min(finerSince, until))),
  }
}

/**
 * Cuts a range so that each part is answered by the wanted tier where that is possible, and the ends, which are no
 * whole buckets or not over yet, by finer tiers as long as those are kept.
 */
export function plan(since: number, until: number, wanted: Tier, tiers: Tiers): Segment[] {
  const hours = buckets(hourMs, since, until, wanted === '1h', tiers.minutesSince, tiers.closedUntil)
  const minutes = buckets(minuteMs, since, until, wanted !== 'raw', tiers.rawSince, tiers.closedUntil)
  const segments: Segment[] = []
  let at = since
  const answer = (tier: Tier, from: number, to: number): void => {
    if (from < to) segments.push({ tier, since: from, until: to })
    at = Math.max(at, to)
  }
  const byMinutes = (end: number): void => {
    const from = at > since ? at : minutes.since
    const to = Math.min(end, minutes.until)
    if (from < to) {
      answer('raw', at, from)
      answer('1m', from, to)
    }
    answer('raw', at, end)
  }
  if (hours.since < hours.until) {
    byMinutes(hours.since)
    answer('1h', hours.since, hours.until)
  }
  byMinutes(until)
  return segments
}
