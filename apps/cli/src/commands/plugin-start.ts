import { command } from '../command.ts'
import { followRun } from '../follow-run.ts'
import { runText } from '../run-text.ts'
import { duration } from '../terminal/text.ts'

export const start = command({
  args: {
    id: { type: 'positional', required: true, description: 'The plugin.' },
    wait: { type: 'boolean', description: 'Follow the run to its end; the exit code is 0 only if it succeeds.' },
  },
  async run(session, { id, wait }) {
    const client = await session.client()
    const began = await client.startPlugin({ path: { id } })
    if (wait !== true) {
      session.print(began, () => `Run ${began.id} of ${id} has begun.`)
      return
    }
    session.progress(`◐ ${id}: run ${began.id}`)
    const run = await followRun(client, began.id, {
      watched: session.watched,
      onProgress: ({ done, total, message = '' }, claimedAt) =>
        session.progress(`◐ ${id} ${done}/${total} ${message} · ${duration(Date.now() - Date.parse(claimedAt))}`),
    }).finally(() => session.progress(undefined))
    session.print(run, () => runText(session, run))
    session.exitCode = run.status === 'success' ? 0 : 1
  },
})
