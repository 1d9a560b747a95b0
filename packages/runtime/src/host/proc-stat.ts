import { readFileSync } from 'node:fs'

/** Fields of `/proc/<pid>/stat` by their number in proc(5), from 3 on; undefined where there is no such process. */
export function procStat(pid: number): ((field: number) => string) | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in parentheses may hold anything; what follows the last one is plain.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (field) => fields[field - 3] ?? ''
  } catch {
    return undefined
  }
}
