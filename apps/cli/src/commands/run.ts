import type { Run } from '@refbot/client'
import { command } from '../command.ts'
import { wholeNumber } from '../parse.ts'
import { runText } from '../run-text.ts'
import { stateCell } from '../terminal/state.ts'
import type { Cell } from '../terminal/table.ts'
import { duration, localTime } from '../terminal/text.ts'

const id = { type: 'positional', required: true, description: 'The run.' } as const

export const list = command({
  args: {
    plugin: { type: 'string', valueHint: 'id', description: 'Only those of this plugin.' },
    status: {
      type: 'enum',
      options: ['running', 'retrying', 'success', 'failed', 'cancelled'],
      description: 'Only those.',
    },
    limit: { type: 'string', valueHint: 'n', default: '20', description: 'How many, 1 to 200.' },
    before: { type: 'string', valueHint: 'id', description: 'Only those older than this run.' },
  },
  async run(session, { plugin, status, limit, before }) {
    const query = {
      limit: wholeNumber('limit', limit, 1, 200),
      ...(plugin === undefined ? {} : { plugin }),
      ...(status === undefined ? {} : { status }),
      ...(before === undefined ? {} : { before }),
    }
    const client = await session.client()
    const page = await client.listRuns({ query })
    session.print(page, () => {
      if (page.runs.length === 0) return 'No runs. Start one: refbot plugin start <id>'
      const heads = [
        { head: 'RUN' },
        { head: 'PLUGIN' },
        { head: 'STATUS' },
        { head: 'CAUSE' },
        { head: 'BEGAN' },
        { head: 'TOOK', align: 'right' },
        { head: 'ERROR' },
      ] as const
      const more = page.next === undefined ? '' : `\n\nOlder ones: refbot run list --before ${page.next}`
      return session.table(heads, page.runs.map(row)) + more
    })
  },
})

export const show = command({
  args: { id },
  async run(session, args) {
    const client = await session.client()
    const run = await client.getRun({ path: { id: args.id } })
    session.print(run, () => runText(session, run))
  },
})

export const cancel = command({
  args: { id },
  async run(session, args) {
    const client = await session.client()
    const run = await client.cancelRun({ path: { id: args.id } })
    session.print(run, () => `Run ${run.id} has ended: ${run.status}.`)
  },
})

function row(run: Run): Cell[] {
  return [
    run.id,
    run.plugin,
    stateCell(run.status),
    run.cause,
    localTime(run.claimedAt),
    run.durationMs === undefined ? '–' : duration(run.durationMs),
    run.error?.code ?? run.reason ?? '',
  ]
}
