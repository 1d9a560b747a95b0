import type { Labels } from '../series/labels.ts'

/**
 * `raw` samples as they were recorded · `1m`, `1h` rollups of one minute and of one hour,
 * from which counts, sums, deviations and quantiles are still answered.
 */
export type Tier = 'raw' | '1m' | '1h'

/**
 * A run of points of one series and one tier: the only thing that a store keeps. To the store, `data` is opaque bytes:
 * no store interprets values, and no value that is not finite ever reaches one.
 */
export interface MetricBlock {
  readonly tier: Tier
  /** The metric's name. */
  readonly name: string
  /** Sorted by label name. */
  readonly labels: Labels
  /** Time of the earliest point, epoch ms. */
  readonly from: number
  /** Time of the latest point, epoch ms; not before `from`. */
  readonly to: number
  /** Points in `data`, at least one. */
  readonly count: number
  readonly data: Uint8Array
}

/** What a block takes in memory, about: its data, its objects and its texts. */
export function blockBytes({ name, data }: MetricBlock): number {
  return data.byteLength + 2 * name.length + 256
}

/** Which blocks to read. */
export interface BlockQuery {
  readonly tier: Tier
  /** Metrics by exact name; all of them where it is left out. */
  readonly names?: readonly string[]
  /** Only blocks that hold a point at or after this time, epoch ms. */
  readonly since?: number
  /** Only blocks that hold a point before this time, epoch ms. */
  readonly until?: number
}

/** Small blocks of one series that lie wholly within a stretch of time: `from <= at < until`, epoch ms. */
export interface Crowd {
  readonly from: number
  readonly until: number
  /** A block with at least so many points is not small. */
  readonly points: number
}

/** A block that takes the place of those from the place `from` of a list up to the place `to`, excluded. */
export interface MergedBlock {
  readonly from: number
  readonly to: number
  readonly block: MetricBlock
}

/**
 * Where metrics live. Each call is one whole operation: durable to the store's own promise when it resolves, without
 * effect when it rejects. One contract suite (`metricStoreContract` of `@refbot/analytics/testing`) runs over all.
 */
export interface MetricStore {
  /** Keeps all of these blocks or, when it rejects, none. Blocks of one series may overlap in time. */
  append(blocks: readonly MetricBlock[]): Promise<void>
  /**
   * Pages of blocks, never all at once, ordered by name, then by labels (as canonical JSON), then by `from`, then by arrival.
   * What is appended or pruned meanwhile may or may not appear.
   */
  read(query: BlockQuery): AsyncIterable<readonly MetricBlock[]>
  /**
   * Deletes up to `limit` blocks (default 1,000) of the tier whose last point is before `before` (epoch ms) and returns
   * how many it deleted; the caller goes on while that equals `limit`, so that no deletion takes long.
   */
  prune(tier: Tier, before: number, limit?: number): Promise<number>
  /**
   * Optional, for stores where each block has a price of its own. Of each series with several small blocks, `merge` is given
   * all blocks of the stretch, in the order of `read`, or a part of them at a time; what it returns takes the place of
   * those that it names, each in one step: a reader finds either. What `merge` throws leaves the blocks of that series as
   * they are, and is thrown once the others are done. @returns How many blocks there are less.
   */
  compact?(tier: Tier, crowd: Crowd, merge: (blocks: readonly MetricBlock[]) => readonly MergedBlock[]): Promise<number>
}
