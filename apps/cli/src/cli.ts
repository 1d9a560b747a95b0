import type { ConfigProblem } from '@refbot/runtime'
import type { CommandDef } from 'citty'
import type { Branch, Leaf } from './command.ts'
import { COMMANDS } from './commands.ts'
import { describeError, usageError } from './errors.ts'
import { globalFlags } from './global-flags.ts'
import type { HelpSection } from './help.ts'
import { checkArguments, route } from './parse.ts'
import { createSession, type Input, type Output, type Session } from './session.ts'
import { painter, wantsColour } from './terminal/paint.ts'
import { neutral, safeJson } from './terminal/text.ts'
import { VERSION } from './version.ts'

/** What the program runs in. */
export interface CliProcess {
  readonly env: NodeJS.ProcessEnv
  readonly cwd: () => string
  readonly stdout: Output
  readonly stderr: Output
  /** Read by few commands: asked for only then. */
  readonly stdin: Input
}

/** Runs one command line. @returns the exit code; nothing is thrown */
export async function runCli(argv: readonly string[], io: CliProcess, commands: Branch = COMMANDS): Promise<number> {
  try {
    return await run(argv, io, commands)
  } catch (error) {
    // What was meant by a command line that cannot be read, is told from its words.
    return await report(
      error,
      { json: argv.includes('--json'), debug: argv.includes('--debug'), color: !argv.includes('--no-color') },
      io,
    )
  }
}

async function run(argv: readonly string[], io: CliProcess, commands: Branch): Promise<number> {
  const { path, node, globals, rest } = route(argv, commands)
  const flags = globalFlags(globals)
  const { env, stdout, stderr } = io
  if (flags.version) {
    stdout.write(`${flags.json ? safeJson({ version: VERSION }) : VERSION}\n`)
    return 0
  }
  if (flags.help) {
    const { helpText } = await import('./help.ts')
    const paint = painter(wantsColour({ isTTY: stdout.isTTY === true, refused: !flags.color, env }))
    const session = createSession({ flags, env, cwd: io.cwd(), stdout, stderr, stdin: () => io.stdin })
    stdout.write(`${await helpText(path, node, paint, await toldByServer(node, session, rest))}\n`)
    return 0
  }
  if ('children' in node) {
    if (rest.length > 0) checkArguments(rest, {})
    const line = ['refbot', ...path].join(' ')
    const known = Object.keys(node.children).join(', ')
    throw usageError('CLI_COMMAND_MISSING', `"${line}" needs a command.`, `Commands: ${known}. See ${line} --help.`)
  }
  const command = await node.load()
  if ('raw' in command) {
    const raw = createSession({ flags, env, cwd: io.cwd(), stdout, stderr, stdin: () => io.stdin })
    await command.raw(raw, rest)
    return raw.exitCode
  }
  const args = (typeof command.args === 'function' ? await command.args() : await command.args) ?? {}
  const rawArgs = checkArguments(rest, args)
  // A command may ask for a flag of every command itself.
  for (const [name, value] of globals) if (Object.hasOwn(args, name)) rawArgs.unshift(`--${name}=${value}`)
  const session = createSession({ flags, env, cwd: io.cwd(), stdout, stderr, stdin: () => io.stdin })
  const { runCommand } = await import('citty')
  await runCommand(command as CommandDef, { rawArgs, data: session })
  return session.exitCode
}

/** Help is given whether or not a server can be asked for what only it knows. */
async function toldByServer(
  node: Leaf | Branch,
  session: Session,
  rest: readonly string[],
): Promise<HelpSection | undefined> {
  const command = 'children' in node ? undefined : await node.load()
  if (command === undefined || !('raw' in command)) return undefined
  try {
    return await command.help(session, rest)
  } catch (error) {
    const { message, hint } = describeError(error)
    const said = hint === undefined ? message : `${message} ${hint}`
    return { head: 'What else it takes', notes: [`That is told by the running server. ${said}`] }
  }
}

async function report(
  error: unknown,
  flags: { json: boolean; debug: boolean; color: boolean },
  { env, stderr }: CliProcess,
): Promise<number> {
  const { code, message, hint, problems, exitCode } = describeError(error)
  const stack = flags.debug && error instanceof Error ? error.stack : undefined
  if (flags.json) {
    stderr.write(`${safeJson({ error: { code, message, hint, problems, stack } })}\n`)
    return exitCode
  }
  const paint = painter(wantsColour({ isTTY: stderr.isTTY === true, refused: !flags.color, env }))
  const { head, list } = problems === undefined ? { head: message, list: [] } : await sentences(message, problems)
  const lines = [`${paint('■ error', 'red')} ${neutral(head)} ${paint(`(${neutral(code)})`, 'dim')}`]
  lines.push(...list.map((line) => `  ${line}`))
  if (hint !== undefined) lines.push(`  ${neutral(hint)}`)
  if (stack !== undefined) lines.push('', ...stack.split('\n').map(neutral), ...causes(error))
  stderr.write(`${lines.join('\n')}\n`)
  return exitCode
}

const SHOWN = 20

/** One problem is told in the sentence of its error, several in a line each. */
async function sentences(
  message: string,
  problems: readonly ConfigProblem[],
): Promise<{ head: string; list: string[] }> {
  const [first] = problems
  if (first === undefined || problems.length === 1) return { head: message, list: [] }
  // A server tells them with their text; whoever threw them here has loaded the runtime already.
  const describe =
    'text' in first ? (problem: object) => textOf(problem) : (await import('@refbot/runtime')).describeProblem
  const { problemLine } = await import('./config-text.ts')
  const start = message.indexOf(describe(first))
  const list = problems.slice(0, SHOWN).map((problem) => problemLine(problem, describe))
  if (problems.length > SHOWN) list.push(`and ${problems.length - SHOWN} more; all of them: refbot config validate`)
  return { head: start < 0 ? message : message.slice(0, start).trimEnd(), list }
}

function textOf(problem: object): string {
  return 'text' in problem ? String(problem.text) : ''
}

function causes(error: unknown): string[] {
  const cause = error instanceof Error ? error.cause : undefined
  if (!(cause instanceof Error)) return []
  return [...`Caused by ${cause.stack ?? cause.message}`.split('\n').map(neutral), ...causes(cause)]
}
