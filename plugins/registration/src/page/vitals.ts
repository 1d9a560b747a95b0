/// <reference lib="dom" />
import type { PageVitals } from '../submission.ts'

/** Runs in the page; sent as text. */
export async function readVitals(): Promise<PageVitals> {
  const entries = (type: string) =>
    new Promise<PerformanceEntry[]>((resolve) => {
      const observer = new PerformanceObserver((list) => resolve(list.getEntries()))
      // An observer of a kind without entries is never called.
      setTimeout(() => resolve(observer.takeRecords()), 20)
      observer.observe({ type, buffered: true })
    })
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  const [[paint], largest, shifts] = await Promise.all([
    performance.getEntriesByName('first-contentful-paint'),
    entries('largest-contentful-paint'),
    entries('layout-shift') as Promise<(PerformanceEntry & { value: number; hadRecentInput: boolean })[]>,
  ])
  const lcp = largest.at(-1)
  const cls = shifts.filter(({ hadRecentInput }) => !hadRecentInput).reduce((sum, { value }) => sum + value, 0)
  return {
    ...(navigation === undefined ? {} : { ttfbMs: Math.round(navigation.responseStart) }),
    ...(paint === undefined ? {} : { fcpMs: Math.round(paint.startTime) }),
    ...(lcp === undefined ? {} : { lcpMs: Math.round(lcp.startTime) }),
    cls: Math.round(cls * 1000) / 1000,
  }
}
