/** One figure of a benchmark, as `pnpm bench --json` prints it. */
export interface BenchLine {
  readonly bench: string
  readonly metric: string
  readonly ours: number
  /** What it is compared with; `null` when it stands alone. */
  readonly peer: string | null
  readonly theirs: number | null
  /** ours / theirs */
  readonly ratio: number | null
  readonly goal: Goal | null
  /** Computed from the goal; `null` without one. */
  readonly met: boolean | null
  readonly unit: string
}

export interface Goal {
  readonly on: 'ours' | 'ratio'
  readonly op: '<=' | '>='
  readonly value: number
}

interface Figure {
  bench: string
  metric: string
  unit: string
  ours: number
  peer?: string
  theirs?: number
  goal?: Goal
}

export function line({ bench, metric, unit, ours, peer, theirs, goal }: Figure): BenchLine {
  const ratio = theirs === undefined ? null : round(ours / theirs)
  const value = goal === undefined ? null : goal.on === 'ours' ? ours : ratio
  const met = goal === undefined || value === null ? null : goal.op === '<=' ? value <= goal.value : value >= goal.value
  const figures = { ours: round(ours), theirs: theirs === undefined ? null : round(theirs) }
  return { bench, metric, ...figures, peer: peer ?? null, ratio, goal: goal ?? null, met, unit }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

/** Four significant digits. */
function round(x: number): number {
  return Number(x.toPrecision(4))
}
