import { procStat } from './proc-stat.ts'

/** What a process has used so far. */
export interface ProcessUsage {
  readonly rssBytes: number
  /** User and system time. */
  readonly cpuMs: number
}

/** Both are fixed for user space, whatever the machine. */
const TICK_MS = 10
const PAGE_BYTES = 4096

/** Read from outside, so that a process cannot lie about it; undefined where it is gone, or where there is no /proc. */
export function readUsage(pid: number): ProcessUsage | undefined {
  const stat = procStat(pid)
  if (stat === undefined) return undefined
  const [user, system, pages] = [14, 15, 24].map((field) => Number(stat(field))) as [number, number, number]
  return { rssBytes: pages * PAGE_BYTES, cpuMs: (user + system) * TICK_MS }
}
