import { join } from 'node:path'
import type { ConfigChange, ConfigNotice, Refbot } from '@refbot/runtime'
import { createConsola } from 'consola/basic'
import { describeError } from '../errors.ts'
import type { Session } from '../session.ts'
import { neutral } from '../terminal/text.ts'
import type { End } from './signals.ts'

export interface Announcer {
  started(server: { readonly version: string; readonly url: string | undefined }): void
  /** The configuration was read again; what can change alive did. */
  reloaded(changes: readonly ConfigChange[]): void
  /** It could not be read again, and nothing changed. */
  notReloaded(error: unknown): void
  stopping(end: End): void
  warn(sentence: string): void
}

/** Tells an operator what a server in the foreground does. With `--json`: one document when it is up, nothing else. */
export function announcer(
  session: Session,
  { config, log: service }: Refbot,
  notices: readonly ConfigNotice[],
): Announcer {
  const log = createConsola({ level: session.flags.json ? 1 : 3, stdout: process.stderr, stderr: process.stderr })
  // Nobody may be there to hear it any more.
  process.stderr.on('error', () => undefined)
  return {
    started({ version, url }) {
      const { dataDir, pluginsDir, mode } = config
      const fromEnv = process.env.REFBOT_TOKEN !== undefined
      const tokenFile = fromEnv ? undefined : join(dataDir, 'admin-token')
      service.info({ url: url ?? null, pluginsDir, tokenFile: tokenFile ?? null }, 'ready')
      // For a program that reads the log, the line above says it.
      if (!session.flags.json && session.stdout.isTTY !== true) return
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
    reloaded(changes) {
      if (changes.length === 0) log.info('Reloaded: nothing has changed.')
      for (const { path, before, after, effect, why } of changes) {
        const text = neutral(`${path}: ${before} → ${after}`)
        if (effect === 'live') log.info(`Reloaded ${text}. ${why}`)
        else log.warn(`Needs a restart: ${text}. ${why}`)
      }
    },
    notReloaded(error) {
      service.warn({ error }, 'configuration not reloaded')
      const { message, code } = describeError(error)
      log.warn(neutral(`Not reloaded, nothing has changed: ${message} (${code})`))
    },
    stopping(end) {
      if (end.kind === 'failure') service.fatal({ error: end.error }, 'stopping after an error that nobody caught')
      if (end.kind === 'signal') return log.info(`${end.signal}: stopping, at once with a second one.`)
      const { error } = end
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      log.error(`Stopping after an error that nobody caught: ${text.split('\n').map(neutral).join('\n')}`)
    },
    warn: (sentence) => log.warn(neutral(sentence)),
  }
}
