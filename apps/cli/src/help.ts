import type { ArgsDef } from 'citty'
import type { Branch, Leaf } from './command.ts'
import { GLOBAL_FLAGS } from './global-flags.ts'
import { takesMore } from './parse.ts'
import type { Paint } from './terminal/paint.ts'
import { columns, neutral } from './terminal/text.ts'

/** What is known only of what a command is about. */
export interface HelpSection {
  readonly head: string
  readonly args?: ArgsDef
  readonly entries?: readonly (readonly [name: string, text: string])[]
  readonly notes: readonly string[]
}

/** What a command does and takes. */
export async function helpText(
  path: readonly string[],
  node: Leaf | Branch,
  paint: Paint,
  more?: HelpSection,
): Promise<string> {
  const line = ['refbot', ...path].join(' ')
  const head = (text: string) => paint(text, 'bold')
  if ('children' in node) {
    const commands = leaves(path, node).map(([name, { description }]) => [name, description] as const)
    return [
      node.description,
      `${head('Usage')}  ${line} <command> [flags]`,
      `${head('Commands')}\n${list(commands)}`,
      `${head('Flags of every command')}\n${list(flags(GLOBAL_FLAGS))}`,
    ].join('\n\n')
  }
  const { args = {} } = await node.load()
  const own = await (typeof args === 'function' ? args() : args)
  const positionals = Object.entries(own).filter(([, { type }]) => type === 'positional')
  const usage = positionals.map(([name, definition]) => {
    const word = takesMore(definition) ? `${name}…` : name
    return definition.required === false ? `[${word}]` : `<${word}>`
  })
  const ownFlags = flags(Object.fromEntries(Object.entries(own).filter(([name]) => !Object.hasOwn(GLOBAL_FLAGS, name))))
  return [
    node.description,
    `${head('Usage')}  ${[line, ...usage, '[flags]'].join(' ')}`,
    ...(positionals.length === 0
      ? []
      : [`${head('Arguments')}\n${list(positionals.map(([name, { description = '' }]) => [name, description]))}`]),
    ...(more === undefined ? [] : [sectionText(more, head)]),
    ...(ownFlags.length === 0 ? [] : [`${head('Flags')}\n${list(ownFlags)}`]),
    `${head('Flags of every command')}\n${list(flags(GLOBAL_FLAGS))}`,
  ].join('\n\n')
}

/** It may come from a plugin, and a terminal is to show its words alone. */
function sectionText(
  { head: title, args = {}, entries = [], notes }: HelpSection,
  head: (text: string) => string,
): string {
  const rows = [...entries, ...flags(args)].map(([name, text]) => [neutral(name), neutral(text)] as const)
  const lines = [...(rows.length === 0 ? [] : [list(rows)]), ...notes.map((note) => `  ${neutral(note)}`)]
  return `${head(neutral(title))}\n${lines.join('\n')}`
}

function leaves(path: readonly string[], branch: Branch): (readonly [string, Leaf])[] {
  return Object.entries(branch.children).flatMap(([name, node]) =>
    'children' in node ? leaves([...path, name], node) : [[[...path, name].join(' '), node] as const],
  )
}

function flags(args: ArgsDef): (readonly [string, string])[] {
  return Object.entries(args).flatMap(([name, definition]) => {
    const { type, description = '', default: fallback } = definition
    if (type === 'positional') return []
    if (type === 'boolean' && fallback === true)
      return [[`--no-${name}`, definition.negativeDescription ?? description] as const]
    const alias = 'alias' in definition && typeof definition.alias === 'string' ? `-${definition.alias}, ` : ''
    const value = valueName(definition)
    const shown = typeof fallback === 'string' ? ` Default ${fallback}.` : ''
    return [[`${alias}--${name}${value}`, `${description}${shown}`] as const]
  })
}

function valueName(definition: ArgsDef[string]): string {
  if (definition.type === 'enum') return ` ${(definition.options ?? []).join('|')}`
  return definition.type === 'boolean' ? '' : ` <${definition.valueHint ?? 'value'}>`
}

function list(entries: readonly (readonly [string, string])[]): string {
  const width = Math.max(...entries.map(([name]) => columns(name)))
  return entries.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`.trimEnd()).join('\n')
}
