import { resolve } from 'node:path'
import { RefbotError } from '../../errors.ts'
import { programVersion } from '../program.ts'
import { runInThread } from '../threads.ts'
import type { BackupReport } from './create.ts'
import { noteBackup } from './notes.ts'

export interface BackupOptions {
  readonly dataDir: string
  /** The archive to write, a `.tar.gz`; must not be there yet. */
  readonly file: string
  /** Goes into the archive as it is. */
  readonly configFile?: string
  /** The key that opens the store's secrets, to go into the archive; without it they open only where that key is. */
  readonly keyFile?: string
  /** Epoch milliseconds, for the archive's own times. */
  readonly now: number
}

/**
 * Copies the database as it is at one moment, then artifacts, logs and the configuration, into one archive with
 * checksums, while whatever runs on the directory goes on: it takes no lock, and works in a thread of its own. Whoever
 * holds the store tells of it in an event.
 * The admin token and the gate's key are left out: where it is restored, new ones are made. So is the key of the store, unless
 * it is named: whoever has the archive could read the proxies' passwords with it.
 * @throws RefbotError `BACKUP_EXISTS`, `BACKUP_FAILED`, `STORE_UNUSABLE`
 */
export async function backup({ dataDir, file, configFile, keyFile, now }: BackupOptions): Promise<BackupReport> {
  const report = await runInThread<BackupReport>(
    {
      kind: 'backup',
      dataDir: resolve(dataDir),
      file: resolve(file),
      ...(configFile === undefined ? {} : { configFile: resolve(configFile) }),
      ...(keyFile === undefined ? {} : { keyFile: resolve(keyFile) }),
      program: programVersion(),
      now,
    },
    ({ code, message, hint }) => new RefbotError(code, message, hint === undefined ? {} : { hint }),
  )
  const { bytes, files, lastEventId } = report
  noteBackup(resolve(dataDir), { file: report.file, bytes, files, lastEventId, madeAt: now })
  return report
}
