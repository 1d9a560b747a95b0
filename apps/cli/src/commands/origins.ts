import { command } from '../command.ts'
import { localTime } from '../terminal/text.ts'

export const list = command({
  args: {},
  async run(session) {
    const client = await session.client()
    const { origins } = await client.listOrigins()
    session.print({ origins }, () => {
      if (origins.length === 0) return 'No origin is left alone, and no page is open.'
      const heads = [
        { head: 'ORIGIN' },
        { head: 'OPEN PAGES', align: 'right' },
        { head: 'LEFT ALONE UNTIL' },
        { head: 'BECAUSE' },
        { head: 'OF RUN' },
      ] as const
      return session.table(
        heads,
        origins.map(({ origin, openPages, pause }) => [
          origin,
          String(openPages),
          pause === undefined ? '' : localTime(pause.until),
          pause?.cause ?? '',
          pause?.runId ?? '',
        ]),
      )
    })
  },
})

export const resume = command({
  args: { origin: { type: 'positional', required: true, description: 'As the list shows it.' } },
  async run(session, { origin }) {
    const client = await session.client()
    const lifted = await client.liftPause({ path: { origin } })
    session.print(lifted, () => `Runs reach for ${lifted.origin} again.`)
  },
})
