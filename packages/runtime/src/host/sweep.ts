import { readdirSync, readFileSync } from 'node:fs'

/** Names the data directory in the environment of everything that an instance starts. */
export const INSTANCE_VARIABLE = 'REFBOT_INSTANCE'

/**
 * Ends what a previous life of this instance left behind: every process that carries its mark, found by its
 * environment, since a browser detaches and a pid is used again. Linux only; elsewhere closed pipes have to do.
 * @returns the pids that were ended.
 */
export function sweepOrphans(instance: string): readonly number[] {
  if (process.platform !== 'linux') return []
  const mark = `${INSTANCE_VARIABLE}=${instance}`
  const ended: number[] = []
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry)
    if (!Number.isInteger(pid) || pid === process.pid || !environmentOf(pid).includes(mark)) continue
    try {
      process.kill(pid, 'SIGKILL')
      ended.push(pid)
    } catch {
      // It ended by itself meanwhile.
    }
  }
  return ended
}

/** Empty for processes of other users, and for zombies. */
function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return []
  }
}
