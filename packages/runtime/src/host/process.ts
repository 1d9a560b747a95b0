import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { BirpcReturn } from 'birpc'
import { entry } from '../entry.ts'
import { RefbotError } from '../errors.ts'
import { type CageOptions, cageFlags } from './cage.ts'
import { Descendants } from './descendants.ts'
import type { RunFailure } from './failure.ts'
import { HOST_INTAKE } from './intake.ts'
import { type ChildApi, type HostApi, type PluginCode, validated } from './protocol.ts'
import { groupBegan, groupEnded } from './reaper.ts'
import { connect } from './rpc.ts'
import { DEFAULT_LIMITS, type ProcessLimits, Watchdog } from './watchdog.ts'

export interface PluginProcessOptions {
  /** Set in the environment of the process and of all that it starts, so that it can be found again. */
  readonly marks: Readonly<Record<string, string>>
  readonly code: PluginCode
  /** The plugin's folder. */
  readonly directory: string
  /** The only folder that it may write into; none: nowhere. */
  readonly writable?: string
  /** What the operator granted. */
  readonly permissions: ReadonlySet<string>
  readonly limits?: ProcessLimits
  /** Between SIGTERM and SIGKILL, in ms; default {@link TERM_GRACE_MS}. */
  readonly termGraceMs?: number
  readonly api: HostApi
  /** A line that the plugin printed. */
  readonly onOutput: (line: string) => void
}

/** How a plugin's process ended. */
export interface PluginExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Why the host ended it, where it did. */
  readonly broken: Error | undefined
}

/** Between SIGTERM and SIGKILL, in ms. */
export const TERM_GRACE_MS = 2000
/** From the end of the process to the end of what it printed, in ms. */
const DRAIN_MS = 500

/** One attempt's own process, with a framed pipe to the host; it ends with the pipe, and with the host. */
export class PluginProcess implements AsyncDisposable {
  readonly pid: number
  readonly rpc: BirpcReturn<ChildApi, HostApi>
  readonly exited: Promise<PluginExit>
  /** The plugin's code is there, or the process ended before; never rejects. */
  readonly loaded: Promise<unknown>
  /** Rejects when the host has to end the process; never resolves. */
  readonly over: Promise<never>
  readonly #over = Promise.withResolvers<never>()
  readonly #watchdog: Watchdog
  readonly #descendants: Descendants | undefined
  readonly #child: ChildProcess
  readonly #termGraceMs: number
  #broken: Error | undefined

  constructor(options: PluginProcessOptions) {
    const { url, execArgv } = entry('#plugin-process')
    const processEntry = fileURLToPath(url)
    const { code, directory, writable, permissions, termGraceMs = TERM_GRACE_MS } = options
    this.#termGraceMs = termGraceMs
    const cage = cageFor({ directory, entryUrl: code.url, writable, permissions, processEntry })
    const [command, ...prefix] = pdeathsig(process.execPath)
    this.#child = spawn(command, [...prefix, ...execArgv, ...cage, processEntry], {
      cwd: directory,
      env: environment(options),
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      // A group of its own, so that everything it starts can be ended with it.
      detached: true,
    })
    // Listened to before anything else: a spawn that fails must not end the host.
    this.exited = this.#ending()
    if (this.#child.pid === undefined) {
      throw new RefbotError('PLUGIN_PROCESS_FAILED', 'The plugin process could not be started.', {
        hint: 'Check the limits on processes and memory of this machine.',
      })
    }
    this.pid = this.#child.pid
    groupBegan(this.pid)
    if (permissions.has('processes')) this.#descendants = new Descendants(this.pid)
    for (const stream of [this.#child.stdout, this.#child.stderr]) readLines(stream, options.onOutput)
    const pipe = this.#child.stdio[3] as Duplex
    pipe.on('error', () => undefined)
    // It can do nothing for its host any more: where it does not end by itself, it is ended.
    pipe.once('close', () => {
      const timer = setTimeout(() => this.kill('SIGKILL'), DRAIN_MS)
      void this.exited.then(() => clearTimeout(timer))
    })
    const end = (error: Error) => {
      this.#broken ??= error
      this.kill('SIGKILL')
    }
    this.over = this.#over.promise
    this.over.catch(() => undefined)
    this.#watchdog = new Watchdog({
      pid: this.pid,
      limits: options.limits ?? DEFAULT_LIMITS,
      onOver: (failure: RunFailure) => {
        this.#over.reject(failure)
        this.kill('SIGKILL')
      },
    })
    const loaded = Promise.withResolvers<void>()
    this.loaded = Promise.race([loaded.promise, this.exited])
    const api: HostApi = {
      ...options.api,
      beat: async (said) => this.#watchdog.beat(said),
      loaded: async () => loaded.resolve(),
    }
    this.rpc = connect<ChildApi, HostApi>(pipe, validated(api, end), end, HOST_INTAKE)
  }

  /** What it has used so far; the peak is what was seen of it. */
  get used(): { readonly peakRssBytes: number; readonly cpuMs: number } {
    if (this.#isRunning) this.#watchdog.look()
    return this.#watchdog.used
  }

  #ending(): Promise<PluginExit> {
    const child = this.#child
    return new Promise((resolve) => {
      child.once('error', (error) => resolve({ code: null, signal: null, broken: error }))
      child.once('exit', (code, signal) => {
        // The last lines may still be on their way; a grandchild that holds the pipes must not keep the run open.
        const drained = setTimeout(() => {
          for (const stream of child.stdio) stream?.destroy()
        }, DRAIN_MS)
        child.once('close', () => {
          clearTimeout(drained)
          resolve({ code, signal, broken: this.#broken })
        })
      })
    })
  }

  /** Ends the process and its group. */
  kill(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal)
    } catch {
      // The group is gone already.
    }
  }

  /** SIGTERM, then SIGKILL when that was not enough. */
  async terminate(): Promise<PluginExit> {
    this.#descendants?.look()
    this.kill('SIGTERM')
    const timer = setTimeout(() => this.kill('SIGKILL'), this.#termGraceMs)
    const exit = await this.exited
    clearTimeout(timer)
    this.kill('SIGKILL')
    this.#descendants?.kill()
    return exit
  }

  get #isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watchdog[Symbol.dispose]()
    using _ = this.#descendants
    await this.terminate()
    groupEnded(this.pid)
  }
}

function cageFor(options: CageOptions): readonly string[] {
  try {
    return cageFlags(options)
  } catch (error) {
    if (error instanceof RefbotError) throw error
    throw new RefbotError('PLUGIN_PROCESS_FAILED', `The plugin's folder ${options.directory} cannot be read.`, {
      hint: 'Check that it is there, and that this user may read it.',
      cause: error,
    })
  }
}

const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => process.platform === 'linux' && existsSync(path))

/** On Linux the kernel ends the process at once when the host is gone; elsewhere the closed pipe or the reaper does. */
function pdeathsig(command: string): [string, ...string[]] {
  return SETPRIV === undefined ? [command] : [SETPRIV, '--pdeathsig', 'KILL', '--', command]
}

const INHERITED = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'SystemRoot'] as const

function environment({ marks, writable = tmpdir() }: PluginProcessOptions): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { TMPDIR: writable, NODE_ENV: 'production', ...marks }
  for (const name of INHERITED) if (process.env[name] !== undefined) env[name] = process.env[name]
  return env
}

/** Longest printed line that is kept. */
const MAX_LINE = 8192

function readLines(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  let rest = ''
  stream?.setEncoding('utf8')
  stream?.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = (lines.pop() ?? '').slice(0, MAX_LINE)
    for (const line of lines) onLine(line.slice(0, MAX_LINE))
  })
  stream?.on('end', () => {
    if (rest !== '') onLine(rest)
  })
}
