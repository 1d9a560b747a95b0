import { readdirSync, readFileSync } from 'node:fs'

/** Names the data directory in the environment of everything that an instance starts. */
export const INSTANCE_VARIABLE = 'REFBOT_INSTANCE'

/** Names the run in the environment of everything that it starts. */
export const RUN_VARIABLE = 'REFBOT_RUN'

/** Pids of the processes that carry a mark: those of this user, zombies left out. Linux only; elsewhere none. */
export function markedProcesses(variable: string, value: string): readonly number[] {
  if (process.platform !== 'linux') return []
  const mark = `${variable}=${value}`
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid && environmentOf(pid).includes(mark))
}

/**
 * Ends every process that carries a mark, found by its environment, since what detaches leaves its group and a pid is
 * used again. Linux only; elsewhere closed pipes have to do.
 * @returns the pids that were ended.
 */
export function sweepProcesses(
  variable: typeof INSTANCE_VARIABLE | typeof RUN_VARIABLE,
  value: string,
): readonly number[] {
  const ended = new Set<number>()
  // What was born while the others were being ended shows in the next round.
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const found = markedProcesses(variable, value).filter((pid) => !ended.has(pid))
    if (found.length === 0) break
    for (const pid of found) end(pid, ended)
  }
  return [...ended]
}

/** A chain of births is cut in the second: only a fork bomb would see more. */
const MAX_ROUNDS = 20

function end(pid: number, ended: Set<number>): void {
  try {
    process.kill(pid, 'SIGKILL')
    ended.add(pid)
  } catch {
    // It ended by itself meanwhile.
  }
}

/** Empty for processes of other users, and for zombies. */
function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return []
  }
}
