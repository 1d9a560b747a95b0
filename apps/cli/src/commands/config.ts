import { basename } from 'node:path'
import { command } from '../command.ts'
import { problemLine } from '../config-text.ts'
import { configRequest } from '../server/config-request.ts'
import type { Cell } from '../terminal/table.ts'
import { columns, neutral } from '../terminal/text.ts'

export const validate = command({
  args: {},
  async run(session) {
    const { describeProblem, validateConfig } = await import('@refbot/runtime')
    const { file, problems, notices } = await validateConfig(configRequest(session))
    const valid = problems.length === 0
    session.print({ file, valid, problems, notices }, () => {
      const { paint } = session
      const name = file === undefined ? 'The configuration without a file' : neutral(file)
      const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
      return [
        ...problems.map((problem) => `${paint('■ error', 'red')} ${problemLine(problem, describeProblem)}`),
        ...notices.map((notice) => `${paint('▲ warning', 'yellow')} ${neutral(describeProblem(notice))}`),
        valid ? `${paint('●', 'green')} ${name} is valid.` : `${name} has ${count}.`,
      ].join('\n')
    })
    session.exitCode = valid ? 0 : 1
  },
})

export const show = command({
  args: {},
  async run(session) {
    const { describeProblem, loadConfig, showConfig } = await import('@refbot/runtime')
    const loaded = await loadConfig(configRequest(session))
    const { file, notices } = loaded
    const keys = showConfig(loaded)
    session.warn(notices.map(describeProblem))
    session.print({ file, keys, notices }, () =>
      session.table(
        [{ head: 'KEY' }, { head: 'VALUE' }, { head: 'FROM' }],
        keys.map(({ path, value, source, where }): Cell[] => {
          const place = file !== undefined && where.startsWith(file) ? basename(file) + where.slice(file.length) : where
          return [path, valueText(value), source === 'default' ? { text: place, colour: 'dim' } : place]
        }),
      ),
    )
  },
})

export const schema = command({
  args: {},
  async run(session) {
    const { configJsonSchema } = await import('@refbot/runtime')
    const document = configJsonSchema()
    session.print(document, () => JSON.stringify(document, null, 2))
  },
})

export const reload = command({
  args: {},
  async run(session) {
    const client = await session.client()
    const { changes } = await client.reloadConfig()
    session.print({ changes }, () => {
      if (changes.length === 0) return 'Nothing has changed.'
      const rows = changes.map(({ path, before, after, effect, why }): Cell[] => [
        path,
        before,
        after,
        effect === 'live' ? { text: '● in force', colour: 'green' } : { text: '▲ needs a restart', colour: 'yellow' },
        why,
      ])
      return session.table(
        ['KEY', 'BEFORE', 'AFTER', 'STATE', 'WHY'].map((head) => ({ head })),
        rows,
      )
    })
  },
})

const WIDEST = 60

/** A value in a cell: text as it is, else JSON, a long list as its length. */
function valueText(value: unknown): string {
  if (value === null) return '–'
  if (typeof value === 'string') return value
  const text = JSON.stringify(value)
  return Array.isArray(value) && columns(text) > WIDEST ? `${value.length} entries` : text
}
