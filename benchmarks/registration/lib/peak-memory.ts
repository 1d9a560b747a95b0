import { readdirSync, readFileSync } from 'node:fs'

const everyMs = 100

/** What this process's children and theirs hold at most while `work` runs, shared pages in parts; in bytes. Linux alone. */
export async function peakMemory(work: () => Promise<unknown>): Promise<number> {
  let peak = 0
  const timer = setInterval(() => {
    peak = Math.max(peak, held())
  }, everyMs)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
  return peak
}

function held(): number {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => [pid, /\) \S (\d+)/.exec(read(`/proc/${pid}/stat`))?.[1] ?? '']),
  )
  const isOurs = (pid: string): boolean => {
    const parent = parents.get(pid)
    return parent === String(process.pid) || (parent !== undefined && parent !== '0' && isOurs(parent))
  }
  const own = [...parents.keys()].filter(isOurs)
  const kilobytes = own.map((pid) => Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0))
  return kilobytes.reduce((sum, each) => sum + each, 0) * 1024
}

/** A process may end at any time. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
