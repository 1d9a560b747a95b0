import { command } from '../command.ts'
import { configRequest } from '../server/config-request.ts'
import type { Cell } from '../terminal/table.ts'
import { neutral } from '../terminal/text.ts'

const STATES: Readonly<Record<string, Cell>> = {
  ok: { text: '● ok', colour: 'green' },
  warning: { text: '▲ warning', colour: 'yellow' },
  broken: { text: '■ broken', colour: 'red' },
}

export const doctor = command({
  args: {
    fix: { type: 'boolean', description: 'Put right what is safe: modes of files, processes that nobody owns.' },
  },
  async run(session, { fix }) {
    const { examine } = await import('@refbot/runtime')
    const report = await examine({ ...configRequest(session), fix: fix === true, now: Date.now() })
    session.exitCode = report.ok ? 0 : 1
    session.print(report, () => {
      const rows = report.findings.map(({ status, check, message, next, fixed }): Cell[] => [
        STATES[status] ?? status,
        check,
        neutral(fixed === true ? `${message} (fixed)` : message),
        neutral(next ?? ''),
      ])
      const count = report.findings.filter(({ status }) => status === 'broken').length
      const table = session.table(
        ['STATE', 'CHECK', 'FOUND', 'NEXT STEP'].map((head) => ({ head })),
        rows,
      )
      return `${table}\n\n${count === 0 ? 'Nothing is broken.' : `${count} broken.`}`
    })
  },
})
