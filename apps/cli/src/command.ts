import type { ArgsDef, CommandDef, ParsedArgs, Resolvable } from 'citty'
import type { HelpSection } from './help.ts'
import type { Session } from './session.ts'

/** A command that does something. Its code is loaded when it is called, or asked for its help. */
export interface Leaf {
  readonly description: string
  readonly load: () => Promise<LoadedCommand | RawCommand>
}

/** A citty command, whatever its arguments are. */
export interface LoadedCommand {
  readonly args?: Resolvable<ArgsDef>
  readonly run?: (context: never) => unknown
}

/** A command whose flags are known only once it has asked the server: it reads them itself. */
export interface RawCommand {
  /** What of them is known before, for its help. */
  readonly args: ArgsDef
  readonly raw: (session: Session, rest: readonly string[]) => Promise<void>
  /** What is known of them once it is said what they are about, for its help; asks the server. */
  readonly help: (session: Session, rest: readonly string[]) => Promise<HelpSection | undefined>
}

/** A word that others follow. */
export interface Branch {
  readonly description: string
  readonly children: Readonly<Record<string, Leaf | Branch>>
  /** What a word leads to that none of them is like. */
  readonly other?: Leaf
}

export interface Definition<Args extends ArgsDef> {
  readonly args: Args
  readonly run: (session: Session, args: ParsedArgs<Args>) => Promise<void>
}

/** A citty command whose `run` gets the session that every command of this program works in. */
export function command<const Args extends ArgsDef>({ args, run }: Definition<Args>): CommandDef<Args> {
  return { args, run: (context) => run(context.data as Session, context.args) }
}
