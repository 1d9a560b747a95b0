import type { LogLine } from '@refbot/client'
import { command } from '../command.ts'
import { wholeNumber } from '../parse.ts'
import type { Session } from '../session.ts'
import { logText } from '../terminal/log-text.ts'
import { safeJson } from '../terminal/text.ts'
import { sinceOf } from '../times.ts'

export const logs = command({
  args: {
    run: { type: 'string', valueHint: 'id', description: 'Only lines about this run.' },
    plugin: { type: 'string', valueHint: 'id', description: 'Only lines about this plugin or its runs.' },
    level: {
      type: 'enum',
      options: ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
      description: 'Only lines that are at least as grave; default: info, with --run all.',
    },
    since: { type: 'string', valueHint: 'time', description: 'How long ago (90s, 10m, 2h, 7d), or an ISO time.' },
    limit: {
      type: 'string',
      valueHint: 'n',
      description: 'The newest so many, 0 to 10000; default 100, with --since 10000.',
    },
    follow: { type: 'boolean', alias: 'f', description: 'Go on with each line as it is said, until interrupted.' },
  },
  async run(session, { run, plugin, level, since, limit, follow }) {
    const asked = level ?? (run === undefined ? 'info' : undefined)
    const query = {
      limit: wholeNumber('limit', limit ?? (since === undefined ? '100' : '10000'), 0, 10_000),
      ...(run === undefined ? {} : { run }),
      ...(plugin === undefined ? {} : { plugin }),
      ...(asked === undefined ? {} : { level: asked }),
      ...(since === undefined ? {} : { since: sinceOf(since, Date.now()) }),
    }
    const client = await session.client()
    if (follow === true) {
      for await (const line of client.followLogs({ query })) await show(session, line)
      return
    }
    const answer = await client.getLogs({ query })
    for (const text of (await answer.text()).split('\n')) {
      if (text !== '') await show(session, JSON.parse(text) as LogLine)
    }
  },
})

/** One line each, as JSON as well: it has no end that a document could have. */
async function show(session: Session, line: LogLine): Promise<void> {
  const text = session.flags.json ? safeJson(line, 0) : logText(line, session.paint)
  await session.write(new TextEncoder().encode(`${text}\n`))
}
