import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { runCli } from './cli.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

/** Shared by all processes that tests start: a third of a server's start is the compilation of its sources. */
const COMPILED = fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url))

/** Plugins for tests. */
export const PLUGINS = fileURLToPath(new URL('fixtures/plugins', import.meta.url))

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd: string
  /** What is given to it on stdin; read by `call` alone. */
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs the real program, from source, in a process of its own and with nothing of this one's environment. */
export function refbot(args: readonly string[], options: RunOptions): Promise<Finished> {
  const { output, ended } = program(args, options)
  return ended.then((code) => ({ code, ...output }))
}

/** The same in this process: what it does, without the time that a process takes to start. */
export async function call(args: readonly string[], { cwd, env = {}, stdin = '' }: RunOptions): Promise<Finished> {
  const stdout = new PassThrough().setEncoding('utf8')
  const stderr = new PassThrough().setEncoding('utf8')
  const [out, err] = [text(stdout), text(stderr)]
  const code = await runCli(args, { env, cwd: () => cwd, stdout, stderr, stdin: Readable.from([stdin]) })
  stdout.end()
  stderr.end()
  return { code, stdout: await out, stderr: await err }
}

/** A server in the foreground, as `start` or `api start` makes it. */
export interface TestServer extends Program {
  /** What it printed when it was up. */
  readonly up: Readonly<Record<string, unknown>>
}

export async function server(args: readonly string[], options: RunOptions): Promise<TestServer> {
  await using stack = new AsyncDisposableStack()
  const running = stack.use(program([...args, '--json'], options))
  const { output, ended, until } = running
  await Promise.race([until(() => output.stdout.endsWith('}\n')), ended])
  if (!output.stdout.endsWith('}\n')) throw new Error(`The server did not come up. ${output.stderr}`)
  stack.move()
  return { ...running, up: JSON.parse(output.stdout) }
}

/** The real program, running; disposing it kills it. */
interface Program extends AsyncDisposable {
  readonly child: ChildProcess
  readonly output: { readonly stdout: string; readonly stderr: string }
  /** Its exit code; null where a signal ended it. */
  readonly ended: Promise<number | null>
  /** Resolves once this holds; asked whenever something is printed. */
  until(holds: () => boolean): Promise<void>
  /** Resolves once what it printed on stderr contains this. */
  said(text: string): Promise<void>
}

export function program(args: readonly string[], { cwd, env = {} }: RunOptions): Program {
  const clean = { PATH: process.env.PATH ?? '', HOME: cwd, TZ: 'UTC', NODE_COMPILE_CACHE: COMPILED, ...env }
  const child = spawn(process.execPath, ['--conditions=@refbot/source', MAIN, ...args], {
    cwd,
    env: clean,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  const waiting = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
      for (const check of waiting) check()
    })
  }
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code, signal) => resolve(signal === null ? code : null))
  })
  const until = (holds: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = () => {
        if (!holds()) return
        waiting.delete(check)
        resolve()
      }
      waiting.add(check)
      check()
    })
  return {
    child,
    output,
    ended,
    until,
    said: (text) => until(() => output.stderr.includes(text)),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** A folder with a configuration, removed afterwards. */
export function workFolder(config: object = {}): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'refbot-cli-'))
  writeFileSync(join(path, 'refbot.config.json'), JSON.stringify({ pluginsDir: PLUGINS, ...config }))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}
