import type { Run } from '@refbot/client'
import { command } from '../command.ts'
import { followRun } from '../follow-run.ts'
import { runText, waitingText } from '../run-text.ts'
import type { Session } from '../session.ts'
import { duration } from '../terminal/text.ts'

export const start = command({
  args: {
    id: { type: 'positional', required: true, description: 'The plugin.' },
    wait: { type: 'boolean', description: 'Follow the run to its end; the exit code is 0 only if it succeeds.' },
  },
  async run(session, { id, wait }) {
    const client = await session.client()
    await finish(session, await client.startPlugin({ path: { id } }), wait === true)
  },
})

/** Tells of a run that has begun: at once, or, where it is waited for, of its end. */
export async function finish(session: Session, began: Run, wait: boolean): Promise<void> {
  const { id, plugin } = began
  if (!wait) {
    session.print(began, () => `Run ${id} of ${plugin} has begun.`)
    return
  }
  const client = await session.client()
  session.progress(`◐ ${plugin}: run ${id}`)
  const run = await followRun(client, id, {
    watched: session.watched,
    onProgress: ({ done, total, message = '' }, claimedAt) =>
      session.progress(`◐ ${plugin} ${done}/${total} ${message} · ${duration(Date.now() - Date.parse(claimedAt))}`),
    onWaiting: (waiting) => session.progress(`◐ ${plugin} waits ${waitingText(waiting)}`),
  }).finally(() => session.progress(undefined))
  session.print(run, () => runText(session, run))
  session.exitCode = run.status === 'success' ? 0 : 1
}
