import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { DemoError, type DemoErrorCode, demoErrorCodes } from './errors.ts'

export interface ChildOptions {
  /** The entry file; `main.ts` is run from source, anything else as built. Default: this package's own. */
  readonly entry: URL | undefined
  readonly args: readonly string[]
  /** Variables on top of the few that Node itself may need; the parent's others are not handed on. */
  readonly environment?: Readonly<Record<string, string>>
  /** Milliseconds, 1 or more. */
  readonly readyTimeoutMs: number | undefined
}

/** A demo process that is ready. */
export interface DemoProcess {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Ends the process and resolves when it is gone; calling it again waits for the same end. */
  stop(): Promise<void>
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>

const defaultReadyTimeoutMs = 10_000
/** How long a process may take to end by itself. */
const graceMs = 5000
const keptStderr = 4000
const handedOn = ['PATH', 'SystemRoot', 'TMPDIR', 'TEMP', 'TMP', 'NODE_V8_COVERAGE']

/** @throws DemoError what the process says itself, else `DEMO_START_FAILED` */
export async function startChild(options: ChildOptions): Promise<DemoProcess> {
  const entry = fileURLToPath(options.entry ?? new URL(import.meta.resolve('#main')))
  const inherited = Object.entries(process.env).filter(([name]) => handedOn.includes(name))
  const child = spawn(process.execPath, [...conditions(entry), entry, ...options.args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...Object.fromEntries(inherited), ...options.environment },
  })
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
  // Writing to a process that is gone is no news; that it is gone is.
  child.stdin.on('error', () => {})
  let stopping: Promise<void> | undefined
  const stop = (): Promise<void> => {
    stopping ??= end(child, gone)
    return stopping
  }
  try {
    const url = await ready(child, options.readyTimeoutMs ?? defaultReadyTimeoutMs)
    return { url, port: Number(new URL(url).port), pid: child.pid ?? 0, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function conditions(entry: string): readonly string[] {
  return entry.endsWith('.ts') ? ['--conditions=@refbot/source'] : []
}

function ready(child: Child, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let stdout = ''
    let stderr = ''
    const fail = (message: string): void => {
      clearTimeout(timer)
      const said = stderr.trim()
      reject(new DemoError('DEMO_START_FAILED', said === '' ? message : `${message} It said: ${said}`))
    }
    const timer = setTimeout(() => fail(`The demo process was not ready within ${timeoutMs} ms.`), timeoutMs)
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = `${stderr}${text}`.slice(-keptStderr)
    })
    // Goes on reading when it is ready, so that the process never waits for its output to be taken.
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const [line, rest] = `${stdout}${text}`.split('\n', 2)
      stdout = rest === undefined ? (line ?? '') : ''
      if (rest === undefined) return
      clearTimeout(timer)
      const said = parseLine(line ?? '')
      if (typeof said === 'string') resolve(said)
      else if (said !== undefined) reject(said)
    })
    child.on('error', (error) => fail(`The demo process cannot be started: ${error.message}.`))
    child.once('close', (code, signal) => fail(`The demo process ended (${signal ?? code}) before it was ready.`))
  })
}

function parseLine(line: string): string | DemoError | undefined {
  try {
    const said: { url?: string; code?: DemoErrorCode; message?: string; hint?: string } = JSON.parse(line)
    if (said.url !== undefined) return said.url
    const code = demoErrorCodes.find((known) => known === said.code)
    return code === undefined ? undefined : new DemoError(code, said.message ?? '', { hint: said.hint })
  } catch {
    return undefined
  }
}

async function end(child: Child, gone: Promise<void>): Promise<void> {
  // The end of its stdin asks it to end; unlike a signal that works on every platform.
  child.stdin.end()
  const kill = setTimeout(() => child.kill('SIGKILL'), graceMs)
  try {
    await gone
  } finally {
    clearTimeout(kill)
  }
}
