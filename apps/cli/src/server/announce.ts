import { join } from 'node:path'
import type { ConfigNotice, Refbot } from '@refbot/runtime'
import { createConsola } from 'consola/basic'
import type { Session } from '../session.ts'
import { neutral } from '../terminal/text.ts'

export interface Announcer {
  started(server: { readonly version: string; readonly url: string | undefined }): void
  stopping(signal: NodeJS.Signals): void
}

/** Tells an operator what a server in the foreground does. With `--json`: one document when it is up, nothing else. */
export function announcer(session: Session, { config, events }: Refbot, notices: readonly ConfigNotice[]): Announcer {
  const log = createConsola({ level: session.flags.json ? 1 : 3, stdout: process.stderr, stderr: process.stderr })
  events.listen((event) => {
    if (event.type !== 'run.claimed' && event.type !== 'run.changed') return
    const { plugin, executionId, status, reason } = event.data
    const text = neutral(`${plugin} ${executionId}: ${status}${reason === undefined ? '' : ` (${reason})`}`)
    if (status === 'failed') log.warn(text)
    else log.info(text)
  })
  return {
    started({ version, url }) {
      const { dataDir, pluginsDir, mode } = config
      const fromEnv = process.env.REFBOT_TOKEN !== undefined
      const tokenFile = fromEnv ? undefined : join(dataDir, 'admin-token')
      session.print({ version, pid: process.pid, mode, url, dataDir, pluginsDir, tokenFile, notices }, () =>
        session.facts([
          ['RefBot', version],
          ['API', url ?? 'off (headless)'],
          ['token', tokenFile === undefined ? 'from REFBOT_TOKEN' : `in ${tokenFile}`],
          ['plugins', pluginsDir],
          ['data', dataDir],
        ]),
      )
    },
    stopping(signal) {
      log.info(`${signal}: stopping, at once with a second one.`)
    },
  }
}
