/** One figure of a benchmark, as `pnpm bench --json` prints it. */
export interface BenchLine {
  readonly bench: string
  readonly metric: string
  readonly ours: number
  /** What it is compared with; `null` where it stands alone. */
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
  readonly bench: string
  readonly metric: string
  readonly unit: string
  readonly ours: number
  readonly peer?: string
  readonly theirs?: number
  readonly goal?: Goal
}

export function line({ bench, metric, unit, ours, peer, theirs, goal }: Figure): BenchLine {
  const ratio = theirs === undefined ? null : round(ours / theirs)
  const value = goal?.on === 'ratio' ? ratio : ours
  const met = goal === undefined || value === null ? null : goal.op === '<=' ? value <= goal.value : value >= goal.value
  const figures = { ours: round(ours), theirs: theirs === undefined ? null : round(theirs) }
  return { bench, metric, ...figures, peer: peer ?? null, ratio, goal: goal ?? null, met, unit }
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0
}

/** Four significant digits. */
function round(x: number): number {
  return Number(x.toPrecision(4))
}
