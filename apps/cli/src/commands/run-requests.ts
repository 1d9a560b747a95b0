import { command } from '../command.ts'
import { stateCell } from '../terminal/state.ts'
import { bytes, duration, localTime } from '../terminal/text.ts'

/** As the request log has it. */
interface RequestLine {
  readonly time: string
  readonly method: string
  readonly origin: string
  readonly path: string
  readonly verdict: string
  readonly rule: string
  readonly status?: number
  readonly code?: string
  readonly bytes: number
  readonly ms: number
}

export const requests = command({
  args: { id: { type: 'positional', required: true, description: 'The run.' } },
  async run(session, { id }) {
    const client = await session.client()
    const answer = await client.getRunRequests({ path: { id } })
    const lines = (await answer.text())
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as RequestLine)
      // The last line of a log that reached its limit says so.
      .filter(({ verdict }) => verdict !== undefined)
    session.print({ requests: lines }, () => {
      if (lines.length === 0) return `The run ${id} asked for nothing.`
      const heads = [
        { head: 'AT' },
        { head: 'METHOD' },
        { head: 'URL' },
        { head: 'VERDICT' },
        { head: 'RULE' },
        { head: 'STATUS' },
        { head: 'SIZE', align: 'right' },
        { head: 'TOOK', align: 'right' },
      ] as const
      return session.table(
        heads,
        lines.map((line) => [
          localTime(line.time),
          line.method,
          line.origin + line.path,
          stateCell(line.verdict),
          line.rule,
          line.code ?? (line.status === undefined ? '' : String(line.status)),
          bytes(line.bytes),
          duration(line.ms),
        ]),
      )
    })
  },
})
