import type { PluginForm } from '@refbot/client'
import type { ArgsDef } from 'citty'
import type { HelpSection } from './help.ts'
import { type Schema, schemaFlags, schemaWords } from './schema-flags.ts'

/** The flags that a plugin's settings stand for. */
export function settingsHelp({ id, settings }: PluginForm): HelpSection {
  return { head: `Settings of ${id}, for this run alone`, args: argsOf(settings), notes: notesOf(settings) }
}

/** What an action takes; without one, which actions there are. */
export function actionHelp({ id, actions }: PluginForm, name: string | undefined): HelpSection {
  const action = name !== undefined && Object.hasOwn(actions, name) ? actions[name] : undefined
  if (action === undefined) {
    const entries = Object.entries(actions).map(([word, { description }]) => [`${id} ${word}`, description] as const)
    return { head: `Actions of ${id}`, entries, notes: entries.length === 0 ? [`${id} has no actions.`] : [] }
  }
  const words = schemaWords(action.input).map((word) => `--${word}`)
  const plain =
    words.length === 0 ? [] : [`Needed, and may be written as plain words in this order: ${words.join(', ')}.`]
  const about = action.description === '' ? [] : [action.description]
  return { head: `${id} ${name}`, args: argsOf(action.input), notes: [...about, ...plain, ...notesOf(action.input)] }
}

function argsOf(schema: Schema): ArgsDef {
  return Object.fromEntries([...schemaFlags(schema)].map(([name, { definition }]) => [name, definition]))
}

function notesOf(schema: Schema): string[] {
  const names = [...schemaFlags(schema).keys()]
  const [renamed] = names.filter((name) => name.startsWith('set.'))
  const properties = Object.entries((schema.properties ?? {}) as Readonly<Record<string, Schema>>)
  const hidden = properties.filter(([, { writeOnly }]) => writeOnly === true).map(([key]) => key)
  return [
    ...(names.length === 0 ? ['There is nothing to set.'] : []),
    ...(renamed === undefined
      ? []
      : [`--${renamed} is set so because every command has a flag --${renamed.slice('set.'.length)} of its own.`]),
    ...(hidden.length === 0
      ? []
      : [`Not to be shown, so without a flag, but in "settings" of plugin_config.json: ${hidden.join(', ')}.`]),
  ]
}
