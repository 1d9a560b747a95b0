import { readdirSync, readFileSync } from 'node:fs'

/** Live processes of a process group; zombies do not count. */
export function groupMembers(group: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const [state, , pgrp] = fields(pid)
      return state !== undefined && state !== 'Z' && state !== 'X' && Number(pgrp) === group
    })
}

/** State, parent, process group, ... of a process, from behind its name, which may hold anything. */
function fields(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}
