import { execFile } from 'node:child_process'

/** What systemd is told of this process; nothing where it did not start it. */
export interface ServiceManager extends Disposable {
  /** It serves: whoever waits for it goes on. */
  ready(status: string): Promise<void>
  /** It reads its configuration again; `ready` ends this. */
  reloading(): Promise<void>
  stopping(status: string): Promise<void>
}

export interface ServiceManagerOptions {
  readonly env: NodeJS.ProcessEnv
  readonly pid: number
  readonly warn: (sentence: string) => void
  /** Sends one message; default: `systemd-notify`, since Node has no Unix datagrams. */
  readonly send?: (assignments: readonly string[]) => Promise<void>
}

/** A watchdog that expects more is asked to be this patient: every sign of life costs a process. */
const SHORTEST_WATCHDOG_MS = 30_000
const SEND_TIMEOUT_MS = 5_000

const SILENT: ServiceManager = {
  ready: async () => undefined,
  reloading: async () => undefined,
  stopping: async () => undefined,
  [Symbol.dispose]: () => undefined,
}

/**
 * Readiness, reloads, stops and signs of life for systemd. The messages come from a child of this process, so the unit
 * needs `NotifyAccess=all`.
 */
export function serviceManager({ env, pid, warn, send = notify(env) }: ServiceManagerOptions): ServiceManager {
  if (env.NOTIFY_SOCKET === undefined || env.NOTIFY_SOCKET === '') return SILENT
  let failed = false
  const tell = async (...assignments: string[]): Promise<void> => {
    try {
      await send(assignments)
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      if (!failed) warn(`systemd cannot be told how RefBot does: ${text}`)
      failed = true
    }
  }
  let watchdog: NodeJS.Timeout | undefined
  const watchdogMs = watchdogOf(env, pid)
  const watch = async (): Promise<void> => {
    if (watchdogMs === undefined || watchdog !== undefined) return
    const patience = Math.max(watchdogMs, SHORTEST_WATCHDOG_MS)
    if (watchdogMs < SHORTEST_WATCHDOG_MS) {
      warn(`WatchdogSec of ${watchdogMs / 1000} s is too short and taken as ${SHORTEST_WATCHDOG_MS / 1000} s.`)
      await tell(`WATCHDOG_USEC=${SHORTEST_WATCHDOG_MS * 1000}`)
    }
    watchdog = setInterval(() => void tell('WATCHDOG=1'), patience / 2).unref()
  }
  return {
    async ready(status) {
      await tell('READY=1', `STATUS=${status}`)
      await watch()
    },
    reloading: () => tell('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`),
    stopping: (status) => tell('STOPPING=1', `STATUS=${status}`),
    [Symbol.dispose]: () => clearInterval(watchdog),
  }
}

/** How long systemd waits for a sign of life of this very process; undefined: it does not. */
function watchdogOf({ WATCHDOG_USEC, WATCHDOG_PID }: NodeJS.ProcessEnv, pid: number): number | undefined {
  if (WATCHDOG_PID !== undefined && WATCHDOG_PID !== String(pid)) return undefined
  const ms = Number(WATCHDOG_USEC) / 1000
  return ms > 0 ? ms : undefined
}

function notify({ NOTIFY_SOCKET, PATH }: NodeJS.ProcessEnv) {
  return (assignments: readonly string[]): Promise<void> =>
    new Promise((resolve, reject) => {
      const options = { env: { NOTIFY_SOCKET, PATH }, timeout: SEND_TIMEOUT_MS }
      execFile('systemd-notify', [...assignments], options, (error) => (error === null ? resolve() : reject(error)))
    })
}
