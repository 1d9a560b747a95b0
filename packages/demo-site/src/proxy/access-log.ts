import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { DemoError } from '../errors.ts'

/**
 * - `forwarded`: the target was reached.
 * - `refused`: the proxy said no: 400 (not a target), 403 (not loopback) or 503 (the fault).
 * - `unauthorised`: 407, credentials are missing or wrong.
 * - `unreachable`: 502, the target did not take the connection.
 */
export type Verdict = 'forwarded' | 'refused' | 'unauthorised' | 'unreachable'

/** One decision of a proxy. What went through a tunnel, and the path of a request, are never logged. */
export interface AccessLogEntry {
  readonly id: string
  /** When the request arrived, epoch milliseconds. */
  readonly time: number
  /** `address:port` of the client. */
  readonly client: string
  readonly method: string
  /** `host:port` as asked for. */
  readonly authority: string
  readonly verdict: Verdict
  /** What the client was answered; the site's own status for a request that is not a CONNECT, 0 if it gave none. */
  readonly status: number
  /** Bytes of the tunnel or of the body, towards the target. */
  readonly bytesUp: number
  /** Bytes of the tunnel or of the body, towards the client. */
  readonly bytesDown: number
  /** Milliseconds from the arrival to the decision, and once closed to the end. */
  readonly ms: number
  /** The `X-RefBot-Lease` header. */
  readonly lease: string | null
  /** False while bytes may still flow. */
  readonly closed: boolean
}

/** Appends a line as soon as something is decided, and one with the same id when it is over. */
export class AccessLog implements Disposable {
  readonly #descriptor: number

  /** @throws DemoError `DEMO_FILE` */
  constructor(file: string) {
    try {
      this.#descriptor = openSync(file, 'a', 0o600)
    } catch (cause) {
      throw new DemoError('DEMO_FILE', `The access log ${file} cannot be opened: ${String(cause)}.`, {
        hint: 'Name a file in a folder that exists and that you may write to.',
        cause,
      })
    }
  }

  /** Returns once the line is with the operating system. */
  write(entry: AccessLogEntry): void {
    writeSync(this.#descriptor, `${JSON.stringify({ ...entry, time: new Date(entry.time).toISOString() })}\n`)
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor)
  }
}

/**
 * The decisions in an access log, in their order, each in its last known state. A last line that is still being
 * written is left out.
 * @throws DemoError `DEMO_FILE`
 */
export function readAccessLog(file: string): AccessLogEntry[] {
  const entries = new Map<string, AccessLogEntry>()
  const lines = readText(file).split('\n').slice(0, -1)
  lines.forEach((line, index) => {
    const entry = parseLine(line)
    if (entry === undefined) {
      throw new DemoError('DEMO_FILE', `Line ${index + 1} of the access log ${file} is not an entry.`, {
        hint: 'Use a file of its own for each proxy.',
      })
    }
    entries.set(entry.id, entry)
  })
  return [...entries.values()]
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new DemoError('DEMO_FILE', `The access log ${file} cannot be read: ${String(cause)}.`, { cause })
  }
}

function parseLine(line: string): AccessLogEntry | undefined {
  try {
    const { time, ...rest } = JSON.parse(line)
    const at = Date.parse(time)
    return typeof rest.id === 'string' && Number.isFinite(at) ? { ...rest, time: at } : undefined
  } catch {
    return undefined
  }
}
