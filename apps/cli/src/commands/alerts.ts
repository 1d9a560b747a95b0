import type { Alert } from '@refbot/client'
import { command } from '../command.ts'
import { stateCell } from '../terminal/state.ts'
import type { Cell } from '../terminal/table.ts'
import { localTime } from '../terminal/text.ts'

export const list = command({
  args: {
    state: {
      type: 'enum',
      options: ['pending', 'firing', 'resolved'],
      description: 'Only those that are so; default: all.',
    },
  },
  async run(session, { state }) {
    const query = state === undefined ? {} : { state: state as Alert['state'] }
    const { alerts } = await (await session.client()).listAlerts({ query })
    session.print({ alerts }, () => {
      if (alerts.length === 0) return 'No alert.'
      const heads = [
        ...[{ head: 'ALERT' }, { head: 'SEVERITY' }, { head: 'STATE' }, { head: 'SINCE' }],
        ...[{ head: 'VALUE', align: 'right' as const }, { head: 'WHAT' }, { head: '' }],
      ]
      return session.table(heads, alerts.map(row))
    })
  },
})

export const ack = command({
  args: { id: { type: 'positional', required: true, description: 'Id of the alert, as the list shows it.' } },
  async run(session, { id }) {
    const alert = await (await session.client()).acknowledgeAlert({ path: { id } })
    session.print(alert, () => `${id} is taken on by ${alert.acknowledged?.by}: it is not repeated any more.`)
  },
})

function row(alert: Alert): Cell[] {
  const { id, severity, state, startedAt, value, summary, acknowledged, silencedBy } = alert
  const notes = [
    ...(acknowledged === undefined ? [] : [`taken on by ${acknowledged.by}`]),
    ...(silencedBy.length === 0 ? [] : [`silenced by ${silencedBy.join(', ')}`]),
  ]
  return [
    id,
    severity,
    stateCell(state),
    localTime(startedAt),
    String(Number(value.toPrecision(4))),
    summary,
    notes.join('; '),
  ]
}
