import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, rm } from 'node:fs/promises'
import { join, resolve as resolvePath } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { RefbotError } from '../errors.ts'
import { commonArguments, fenceArguments, type GateAddress } from './arguments.ts'
import { isRecord } from './command.ts'
import { isInside } from './folder.ts'
import { FrameSplitter } from './frames.ts'
import { type RefusedCommand, Relay } from './relay.ts'

export interface LaunchOptions {
  readonly executable: string
  readonly headless: boolean
  /** The installation's gate; nothing leaves the browser but through it. */
  readonly gate: GateAddress
  /** Belongs to this browser alone: made here, and removed when the browser has ended. */
  readonly profileDir: string
  /** The only folder that uploads are read from and downloads are written to. */
  readonly runFolder: string
  /** Proxy servers of the run's open leases; asked at each new context. */
  readonly leaseServers: () => Iterable<string>
  /** The driver sent what runs may not do; for the run's log. */
  readonly onRefusedCommand?: (refused: RefusedCommand) => void
  /** Marks for the sweep after a crash; passed on in the browser's environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Until the browser answers its first command; default 30,000. */
  readonly startTimeoutMs?: number
}

/** How a browser ended. */
export interface BrowserExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** One browser of one run. */
export interface BrowserProcess extends AsyncDisposable {
  /** For `chromium.connectOverCDP`; takes one client, and the browser ends with it. */
  readonly wsEndpoint: string
  readonly pid: number
  /** `HeadlessChrome/156.0.8078.108`. */
  readonly version: string
  readonly userAgent: string
  /** Settles once, whoever ended it. */
  readonly exited: Promise<BrowserExit>
  /** Ends the browser and all its children, and removes its profile. */
  close(): Promise<void>
}

/** What of the host's environment a browser needs: the display, the locale and where its libraries are. */
const PASSED_ON = [
  'PATH',
  'LANG',
  'LC_ALL',
  'TZ',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XAUTHORITY',
  'XDG_RUNTIME_DIR',
  'LD_LIBRARY_PATH',
]
const STDERR_KEPT = 4000

/**
 * Starts a browser behind the gate and the relay.
 *
 * @throws RefbotError `BROWSER_START_FAILED`
 */
export async function launchBrowser(options: LaunchOptions): Promise<BrowserProcess> {
  // Chromium opens no file whose path climbs.
  const profileDir = resolvePath(options.profileDir)
  await mkdir(profileDir, { recursive: true, mode: 0o700 })
  const child = start({ ...options, profileDir })
  let over = false
  const exited = new Promise<BrowserExit>((resolve) => {
    child.once('exit', (code, signal) => {
      endGroup(child)
      over = true
      resolve({ code, signal })
    })
    child.once('error', () => resolve({ code: null, signal: null }))
  })
  const cleaned = exited.then(() => rm(profileDir, { recursive: true, force: true, maxRetries: 5 }))
  const end = async (): Promise<void> => {
    // Once it has exited, its process id may be somebody else's.
    if (!over) endGroup(child)
    await cleaned
  }
  const toBrowser = child.stdio[3] as Writable
  const fromBrowser = child.stdio[4] as Readable
  let relay: Relay | undefined
  try {
    const about = await greet(child, toBrowser, fromBrowser, options, exited)
    relay = await Relay.start({
      browser: {
        send: (message) => toBrowser.write(`${message}\0`),
        pause: () => void fromBrowser.pause(),
        resume: () => void fromBrowser.resume(),
      },
      limits: {
        leaseServers: options.leaseServers,
        insideRunFolder: (path) => isInside(options.runFolder, path),
      },
      ...(options.onRefusedCommand === undefined ? {} : { onRefusedCommand: options.onRefusedCommand }),
      onClientGone: () => void end(),
    })
    const relaying = relay
    const frames = new FrameSplitter((frame) => relaying.deliver(frame))
    fromBrowser.on('data', (chunk: Buffer) => frames.push(chunk))
    toBrowser.on('drain', () => relaying.drained())
    const gone = exited.then(async (exit) => {
      await relaying[Symbol.asyncDispose]()
      return exit
    })
    const close = async (): Promise<void> => {
      await end()
      await gone
    }
    return {
      ...about,
      wsEndpoint: relay.endpoint,
      pid: child.pid ?? 0,
      exited: gone,
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await end()
    await relay?.[Symbol.asyncDispose]()
    throw error
  }
}

function start(options: LaunchOptions): ChildProcess {
  const { executable, headless, profileDir, gate } = options
  const sandbox = process.getuid?.() !== 0
  const args = [...commonArguments({ headless, profileDir, sandbox }), ...fenceArguments(gate)]
  const env: Record<string, string> = {}
  for (const name of PASSED_ON) {
    const value = process.env[name]
    if (value !== undefined) env[name] = value
  }
  // Whatever it wants to keep goes with the profile, downloads without a folder of their own among them.
  Object.assign(env, { HOME: profileDir, TMPDIR: profileDir, XDG_CONFIG_HOME: join(profileDir, 'config') }, options.env)
  const child = spawn(executable, args, {
    // A group of its own, so that its helpers end with it.
    detached: true,
    cwd: profileDir,
    env,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
  })
  for (const stream of child.stdio) stream?.on('error', () => {})
  return child
}

/** Asks the browser for its version: the first answer says that it runs. */
async function greet(
  child: ChildProcess,
  toBrowser: Writable,
  fromBrowser: Readable,
  options: LaunchOptions,
  exited: Promise<BrowserExit>,
): Promise<{ version: string; userAgent: string }> {
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT)
  })
  const failed = (why: string, cause?: unknown): RefbotError =>
    new RefbotError(
      'BROWSER_START_FAILED',
      `The browser ${options.executable} ${why}${stderr && `: ${lastLine(stderr)}`}`,
      {
        hint: 'Run it once by hand with --version; set REFBOT_BROWSER to use another one.',
        ...(cause === undefined ? {} : { cause }),
      },
    )
  return await new Promise((resolve, reject) => {
    const timeoutMs = options.startTimeoutMs ?? 30_000
    const timer = setTimeout(() => reject(failed(`did not answer within ${timeoutMs} ms`)), timeoutMs)
    const frames = new FrameSplitter((frame) => {
      const { result }: { result?: unknown } = JSON.parse(String(frame))
      if (!isRecord(result)) return
      clearTimeout(timer)
      fromBrowser.removeListener('data', onData)
      resolve({ version: String(result.product), userAgent: String(result.userAgent) })
    })
    const onData = (chunk: Buffer): void => frames.push(chunk)
    fromBrowser.on('data', onData)
    child.once('error', (error) => {
      clearTimeout(timer)
      reject(failed('could not be started', error))
    })
    void exited.then(({ code, signal }) => {
      clearTimeout(timer)
      reject(failed(`ended at once (${signal ?? `exit code ${code}`})`))
    })
    toBrowser.write('{"id":1,"method":"Browser.getVersion"}\0')
  })
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // The group is gone already.
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
