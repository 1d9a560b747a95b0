import type { Refbot } from '@refbot/runtime'
import { present } from './wire.ts'

const HOUR_MS = 3_600_000
const AGGREGATES = ['sum', 'min', 'max', 'stddev', 'p50', 'p95', 'p99', 'last'] as const

type Labels = Readonly<Record<string, string>>
type Analytics = Refbot['analytics']

/** A series with its figures over a window; undefined where the window holds none of its samples. */
export interface SeriesWindow {
  readonly name: string
  readonly labels: Labels
  readonly kind: Member['kind']
  readonly lastAt?: number
  readonly lastValue: number
  readonly count: number
  readonly sum: number
  readonly mean?: number
  readonly min?: number
  readonly max?: number
  readonly stddev?: number
  readonly p50?: number
  readonly p95?: number
  readonly p99?: number
}

export interface WindowRequest {
  /** All metrics without one. */
  readonly name?: string | undefined
  readonly windowMs: number
  /** Epoch ms. */
  readonly now: number
}

/**
 * Every series with samples in the window, by name and labels. Memory holds at least the last hour and answers windows
 * up to that exactly; longer ones are read from the store, where quantiles of what is rolled up lie within 1 %.
 */
export async function windowOf(
  { analytics, store }: Pick<Refbot, 'analytics' | 'store'>,
  { name, windowMs, now }: WindowRequest,
): Promise<readonly SeriesWindow[]> {
  const inMemory = analytics.series(name)
  const labelNames = new Map<string, Set<string>>()
  const know = (metric: string, labels: Labels) => {
    const known = labelNames.get(metric) ?? new Set()
    for (const label of Object.keys(labels)) known.add(label)
    labelNames.set(metric, known)
  }
  for (const series of inMemory) know(series.name, series.labels)
  if (windowMs > HOUR_MS) {
    const names = name === undefined ? {} : { names: [name] }
    for await (const blocks of store.metrics.read({ tier: '1m', since: now - windowMs, until: now, ...names })) {
      for (const block of blocks) know(block.name, block.labels)
    }
  }
  const series: SeriesWindow[] = []
  for (const [metric, known] of labelNames) {
    const members = inMemory.filter((each) => each.name === metric)
    const remembered = windowMs <= HOUR_MS ? fromMemory(analytics, members, windowMs, now) : undefined
    series.push(...(remembered ?? (await fromStore(analytics, metric, [...known], members, windowMs, now))))
  }
  return series.sort((a, b) => compare(a.name, b.name) || compare(keyOf(a.labels), keyOf(b.labels)))
}

type Member = ReturnType<Analytics['series']>[number]

/** Undefined where memory cannot tell: it no longer holds all, or one series' labels are part of another's. */
function fromMemory(
  analytics: Analytics,
  members: readonly Member[],
  windowMs: number,
  now: number,
): readonly SeriesWindow[] | undefined {
  const windows: SeriesWindow[] = []
  for (const member of members) {
    const { name, labels } = member
    if (members.some((other) => other !== member && includes(other.labels, labels))) return undefined
    const {
      complete,
      source,
      since: _,
      first: __,
      last,
      ...statistics
    } = analytics.window({ name, labels }, windowMs, now)
    if (!complete || source !== 'samples') return undefined
    if (statistics.count === 0) continue
    const { kind, lastAt } = member
    windows.push({ name, labels, kind, lastAt, lastValue: last ?? member.lastValue, ...present(statistics) })
  }
  return windows
}

async function fromStore(
  analytics: Analytics,
  metric: string,
  groupBy: readonly string[],
  members: readonly Member[],
  windowMs: number,
  now: number,
): Promise<readonly SeriesWindow[]> {
  const range = { metric, since: now - windowMs, until: now + 1, groupBy }
  const found = new Map<string, { labels: Labels; count: number } & Record<string, number | Labels>>()
  for (const aggregate of AGGREGATES) {
    for (const { labels, points } of await analytics.query({ ...range, aggregate })) {
      const [point] = points
      if (point === undefined) continue
      const own = Object.fromEntries(Object.entries(labels).filter(([, text]) => text !== ''))
      const entry = found.get(keyOf(own)) ?? { labels: own, count: point.count }
      found.set(keyOf(own), { ...entry, [aggregate]: point.value })
    }
  }
  return [...found].map(([key, { labels, count, last, ...figures }]) => {
    const member = members.find((each) => keyOf(each.labels) === key)
    const sum = figures.sum as number
    return {
      name: metric,
      labels,
      kind: member?.kind ?? 'gauge',
      ...(member === undefined ? {} : { lastAt: member.lastAt }),
      lastValue: last as number,
      count,
      mean: sum / count,
      ...(figures as { sum: number }),
    }
  })
}

function includes(labels: Labels, part: Labels): boolean {
  return Object.entries(part).every(([name, value]) => labels[name] === value)
}

function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => compare(a, b)))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
