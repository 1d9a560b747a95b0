import { startChild } from './child.ts'
import { passwordVariable } from './command-line.ts'
import { type AccessLogEntry, readAccessLog } from './proxy/access-log.ts'
import type { ProxyFault } from './proxy/faults.ts'

export interface DemoProxyOptions {
  /** Not empty, without a colon. */
  readonly username: string
  /** Not empty. Handed over in the environment, never on a command line. */
  readonly password: string
  /** Lines are appended to it; made (mode 0600) when it is missing. */
  readonly logFile: string
  /** Default `none`. */
  readonly fault?: ProxyFault
  /** Milliseconds per connection and per change of its direction, 0 to 60000. Default 0, with `slow` 150. */
  readonly latencyMs?: number
  /** Default 0: a free port. */
  readonly port?: number
  /** The entry file, where this package is bundled into another. Default: this package's own. */
  readonly entry?: URL
  /** Milliseconds that the start may take. Default 10000. */
  readonly readyTimeoutMs?: number
}

/** A demo proxy in a process of its own. It ends with `stop()`, and with this process. */
export interface DemoProxy extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without credentials and without a slash at the end. */
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly logFile: string
  /** What the proxy has decided, in that order; also after `stop()`. */
  accessLog(): AccessLogEntry[]
  stop(): Promise<void>
}

/**
 * Starts a demo proxy and waits until it listens.
 * @throws DemoError `DEMO_USAGE`, `DEMO_PORT_BUSY`, `DEMO_FILE`, `DEMO_START_FAILED`
 */
export async function startDemoProxy(options: DemoProxyOptions): Promise<DemoProxy> {
  const { username, password, logFile, fault = 'none', latencyMs, port = 0, entry, readyTimeoutMs } = options
  const args = ['proxy', `--username=${username}`, `--log=${logFile}`, `--fault=${fault}`, `--port=${port}`]
  if (latencyMs !== undefined) args.push(`--latency-ms=${latencyMs}`)
  const child = await startChild({ entry, args, environment: { [passwordVariable]: password }, readyTimeoutMs })
  return {
    ...child,
    logFile,
    accessLog: () => readAccessLog(logFile),
    [Symbol.asyncDispose]: child.stop,
  }
}
