import { readFileSync } from 'node:fs'

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
  if (process.platform !== 'linux') return undefined
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in parentheses may hold anything; fields 3 and on come after the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const ticks = Number(fields[11]) + Number(fields[12])
    return { rssBytes: Number(fields[21]) * PAGE_BYTES, cpuMs: ticks * TICK_MS }
  } catch {
    return undefined
  }
}
