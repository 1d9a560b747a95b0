import type { PluginForm, Run } from '@refbot/client'
import type { ArgsDef } from 'citty'
import type { RawCommand } from '../command.ts'
import { usageError } from '../errors.ts'
import { nearest } from '../nearest.ts'
import { actionHelp, settingsHelp } from '../plugin-help.ts'
import { readArguments, schemaWords } from '../schema-flags.ts'
import type { Session } from '../session.ts'
import { finish } from './plugin-start.ts'

const wait = {
  type: 'boolean',
  description: 'Follow the run to its end; the exit code is 0 only if it succeeds.',
} as const
const plugin = { type: 'positional', required: true, description: 'The plugin.' } as const

/** `refbot plugin run shop --times 3`: the flags are those of the plugin's settings. */
export const run: RawCommand = {
  args: { id: plugin, wait },
  async raw(session, rest) {
    const own: ArgsDef = { id: plugin, wait }
    const id = firstWord(rest, 'id')
    const client = await session.client()
    const { settings } = await client.getPluginForm({ path: { id } })
    const { values, own: flags } = readArguments(rest, own, settings)
    const began = await client.runPlugin({ path: { id }, body: { settings: values } })
    await finish(session, began, flags.get('wait') === 'true')
  },
  async help(session, [id]) {
    return id === undefined ? undefined : settingsHelp(await form(session, id))
  },
}

/** `refbot plugin action shop inspect URL --depth 2`: words and flags are those of the action's input. */
export const action: RawCommand = {
  args: { id: plugin, name: { type: 'positional', required: true, description: 'The action.' }, wait },
  async raw(session, rest) {
    await act(session, rest)
  },
  async help(session, [id, name]) {
    return id === undefined ? undefined : actionHelp(await form(session, id), name)
  },
}

async function form(session: Session, id: string): Promise<PluginForm> {
  return (await session.client()).getPluginForm({ path: { id } })
}

async function act(session: Session, rest: readonly string[]): Promise<void> {
  const own: ArgsDef = { id: plugin, name: { ...plugin, description: 'The action.' }, wait: { ...wait, default: true } }
  const id = firstWord(rest, 'id')
  const name = firstWord(rest.slice(rest.indexOf(id) + 1), 'name')
  const client = await session.client()
  const { actions } = await client.getPluginForm({ path: { id } })
  const found = Object.hasOwn(actions, name) ? actions[name] : undefined
  if (found === undefined) {
    const known = Object.keys(actions)
    const meant = nearest(name, known)
    throw usageError(
      'PLUGIN_ACTION_UNKNOWN',
      `The plugin ${id} has no action "${name}".`,
      meant === undefined ? `Its actions: ${known.join(', ') || 'none'}.` : `Did you mean: refbot ${id} ${meant}?`,
    )
  }
  const { values, own: flags } = readArguments(rest, own, found.input, schemaWords(found.input))
  const began: Run = await client.runPluginAction({ path: { id, name }, body: { input: values } })
  // Whoever asks a plugin something wants its answer.
  await finish(session, began, flags.get('wait') !== 'false')
}

function firstWord(rest: readonly string[], name: string): string {
  const [word] = rest
  if (word !== undefined && !word.startsWith('-')) return word
  throw usageError(
    'CLI_ARGUMENT_MISSING',
    `The argument <${name}> is missing.`,
    'It comes before the flags. See --help.',
  )
}
