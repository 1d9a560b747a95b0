import { fstatSync } from 'node:fs'

/**
 * Resolves when this process is to end: on SIGTERM, SIGINT or SIGHUP, or when the pipe that is its stdin closes, as it
 * does when its parent dies, however that happens. A stdin that is no pipe (a terminal, /dev/null) says nothing.
 */
export function untilEnd(): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => resolve()
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end)
    if (!isPipe(0)) return
    process.stdin.on('error', end).on('end', end).on('close', end).resume()
  })
}

function isPipe(descriptor: number): boolean {
  try {
    const stat = fstatSync(descriptor)
    return stat.isFIFO() || stat.isSocket()
  } catch {
    return false
  }
}
