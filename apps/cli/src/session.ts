import type { RefbotClient } from '@refbot/client'
import type { GlobalFlags } from './global-flags.ts'
import { type Paint, painter, wantsColour } from './terminal/paint.ts'
import { type Cell, type Column, facts, table } from './terminal/table.ts'
import { neutral, safeJson } from './terminal/text.ts'

/** What a command works with: the flags of every command, where to write, and the server. */
export interface Session {
  readonly flags: GlobalFlags
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly stdout: Output
  /** Of stdout. */
  readonly paint: Paint
  /** What the process ends with, when nothing is thrown. */
  exitCode: number
  client(): Promise<RefbotClient>
  /** The one JSON document where `--json` was given, else the text. */
  print(document: unknown, text: () => string): void
  /** On stderr, one line each; with `--json` nothing, since the document tells it. */
  warn(sentences: readonly string[]): void
  /** All of stdin, as text. */
  input(): Promise<string>
  /** Bytes as they are; resolves once there is room for more. */
  write(chunk: Uint8Array): Promise<void>
  table(heads: readonly Column[], rows: readonly (readonly Cell[])[]): string
  facts(entries: readonly (readonly [name: string, value: Cell | undefined])[]): string
  /** Shows how far something is, where somebody watches; the last call clears it. */
  progress(text: string | undefined): void
  /** Whether somebody watches. */
  readonly watched: boolean
}

/** A stream that may be a terminal. */
export type Output = NodeJS.WritableStream & {
  readonly isTTY?: boolean
  readonly columns?: number
  /** Bytes that wait to be taken. */
  readonly writableLength: number
}

/** Where a command is given something. */
export type Input = AsyncIterable<string | Uint8Array>

export interface SessionOptions {
  readonly flags: GlobalFlags
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly stdout: Output
  readonly stderr: Output
  readonly stdin: () => Input
}

export function createSession({ flags, env, cwd, stdout, stderr, stdin }: SessionOptions): Session {
  const paint = painter(wantsColour({ isTTY: stdout.isTTY === true, refused: !flags.color, env }))
  const watched = stderr.isTTY === true && !flags.json
  return {
    flags,
    env,
    cwd,
    stdout,
    paint,
    watched,
    exitCode: 0,
    // Loaded by the commands that ask a server, not by those that are one.
    client: async () => (await import('./server/connect.ts')).connect({ flags, env, cwd }),
    print(document, text) {
      stdout.write(`${flags.json ? safeJson(document) : text()}\n`)
    },
    warn(sentences) {
      if (flags.json) return
      const mark = painter(wantsColour({ isTTY: stderr.isTTY === true, refused: !flags.color, env }))(
        '▲ warning',
        'yellow',
      )
      for (const sentence of sentences) stderr.write(`${mark} ${neutral(sentence)}\n`)
    },
    async input() {
      const decoder = new TextDecoder()
      let text = ''
      for await (const chunk of stdin())
        text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
      return text + decoder.decode()
    },
    async write(chunk) {
      if (!stdout.write(chunk)) await new Promise<void>((drained) => stdout.once('drain', drained))
    },
    table: (heads, rows) => table(heads, rows, paint),
    facts: (entries) => facts(entries, paint),
    progress(text) {
      if (!watched) return
      const line = text === undefined ? '' : neutral(text).slice(0, Math.max(0, (stderr.columns ?? 80) - 1))
      stderr.write(`\r\u001b[K${line}`)
    },
  }
}
