import { randomUUID } from 'node:crypto'
import { type FSWatcher, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EventData } from '../event-types.ts'

export type BackupNote = EventData['store.backed_up']

const SUFFIX = '.json'

/** Of backups that nobody who holds the store was told of yet, one file each. */
const folderOf = (dataDir: string): string => join(dataDir, 'backups', 'made')

/**
 * A backup is made beside whatever holds the store, which alone may write to it: that a backup was made is left in the
 * directory as a note. A directory that takes none gets none.
 */
export function noteBackup(dataDir: string, note: BackupNote): void {
  const folder = folderOf(dataDir)
  const name = `${note.madeAt}-${randomUUID()}`
  const part = join(folder, name)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(part, JSON.stringify(note), { mode: 0o600 })
    renameSync(part, part + SUFFIX)
  } catch {
    rmSync(part, { force: true })
  }
}

/** Tells of each note, in the order of the backups, at once where the system says that one came, else when it is opened. */
export class BackupNotes implements AsyncDisposable {
  readonly #folder: string
  readonly #tell: (note: BackupNote) => Promise<void>
  #watcher: FSWatcher | undefined
  #last: Promise<void> = Promise.resolve()

  /** @param tell A note that it rejects is kept, and told later. */
  constructor(dataDir: string, tell: (note: BackupNote) => Promise<void>) {
    this.#folder = folderOf(dataDir)
    this.#tell = tell
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
      this.#watcher = watch(this.#folder, { persistent: false }, () => this.#look())
      this.#watcher.on('error', () => undefined)
    } catch {
      // Not every system and disk can say so.
    }
    this.#look()
  }

  #look(): void {
    this.#last = this.#last.then(() => this.#take()).catch(() => undefined)
  }

  async #take(): Promise<void> {
    for (const name of readdirSync(this.#folder).toSorted()) {
      if (!name.endsWith(SUFFIX)) continue
      const file = join(this.#folder, name)
      const note = read(file)
      if (note !== undefined) await this.#tell(note)
      rmSync(file, { force: true })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watcher?.close()
    await this.#last
  }
}

/** Undefined where it is none of ours. */
function read(file: string): BackupNote | undefined {
  try {
    const { file: archive, bytes, files, lastEventId, madeAt } = JSON.parse(readFileSync(file, 'utf8')) as BackupNote
    return { file: archive, bytes, files, lastEventId, madeAt }
  } catch {
    return undefined
  }
}
