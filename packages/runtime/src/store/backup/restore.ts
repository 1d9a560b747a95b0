import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { RefbotError } from '../../errors.ts'
import { DataDirectory } from '../data-directory.ts'
import type { EventData } from '../event-types.ts'
import { refuseNewer } from '../migrate.ts'
import { migrations } from '../migrations/index.ts'
import { DATABASE, isAllowedName, MANIFEST, type Manifest, manifestSchema } from './manifest.ts'
import { finishSwap, READY, STAGING } from './swap.ts'
import { readTar } from './tar.ts'

export interface RestoreOptions {
  readonly file: string
  /** Made where it is not there. */
  readonly dataDir: string
  /** What the directory holds goes; without it, a directory that holds a database is refused. */
  readonly replace?: boolean
  /** Epoch milliseconds, of the event that tells of it; default: now. */
  readonly now?: number
}

export interface RestoreReport {
  readonly lastEventId: number
  /** When the backup was made, epoch milliseconds. */
  readonly createdAt: number
  /** Version of the program that made it. */
  readonly program: string
  readonly files: number
  /** Where the configuration of the backup lies now; it is not put in place. */
  readonly configFiles: readonly string[]
}

/**
 * Puts a backup into a data directory that nothing runs on. Everything is unpacked beside what is there and checked
 * first; then it takes its place in one step, which a crash cannot leave half done: the next start completes it.
 * @throws RefbotError `BACKUP_DAMAGED`, `RESTORE_NOT_EMPTY`, `STORE_NEWER`, `DATA_DIR_LOCKED`, `DATA_DIR_UNUSABLE`
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreReport> {
  const { file, dataDir, replace = false, now = Date.now() } = options
  using directory = DataDirectory.open(dataDir)
  if (!replace && existsSync(directory.databaseFile)) {
    throw new RefbotError('RESTORE_NOT_EMPTY', `${dataDir} already holds a database.`, {
      hint: 'Restore into an empty directory, or say that what is there may be replaced.',
    })
  }
  const staging = join(directory.path, STAGING)
  const unpacked = join(staging, 'new')
  rmSync(staging, { recursive: true, force: true })
  try {
    for (const folder of ['artifacts', 'logs']) mkdirSync(join(unpacked, folder), { recursive: true, mode: 0o700 })
    const manifest = await unpack(file, unpacked)
    verifyDatabase(join(unpacked, DATABASE))
    tell(join(unpacked, DATABASE), manifest, now)
    renameSync(staging, join(directory.path, READY))
    finishSwap(directory.path)
    return {
      lastEventId: manifest.lastEventId,
      createdAt: manifest.createdAt,
      program: manifest.program,
      files: manifest.files.length,
      configFiles: configFiles(join(directory.path, 'config')),
    }
  } catch (error) {
    rmSync(staging, { recursive: true, force: true })
    if (error instanceof RefbotError) throw error
    throw damaged(file, error instanceof Error ? error.message : String(error), error)
  }
}

async function unpack(file: string, folder: string): Promise<Manifest> {
  const found = new Map<string, { bytes: number; sha256: string }>()
  let manifest: Manifest | undefined
  const source = createReadStream(file)
  const gunzip = createGunzip()
  source.on('error', (error) => gunzip.destroy(error))
  try {
    for await (const { name, size, chunks } of readTar(source.pipe(gunzip))) {
      if (!isAllowedName(name) || found.has(name))
        throw damaged(file, `${JSON.stringify(name)} does not belong into it`)
      if (name === MANIFEST) {
        const parts: Uint8Array[] = []
        for await (const chunk of chunks) parts.push(chunk)
        manifest = manifestSchema.parse(JSON.parse(Buffer.concat(parts).toString()))
        continue
      }
      const path = join(folder, ...name.split('/'))
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      const hash = createHash('sha256')
      await pipeline(
        chunks,
        async function* (bytes: AsyncIterable<Uint8Array>) {
          for await (const chunk of bytes) {
            hash.update(chunk)
            yield chunk
          }
        },
        createWriteStream(path, { mode: 0o600, flags: 'wx', flush: true }),
      )
      found.set(name, { bytes: size, sha256: hash.digest('hex') })
    }
  } finally {
    source.destroy()
    gunzip.destroy()
  }
  if (manifest === undefined) throw damaged(file, 'it has no list of its files')
  verify(file, manifest, found)
  return manifest
}

function verify(file: string, manifest: Manifest, found: ReadonlyMap<string, { bytes: number; sha256: string }>): void {
  for (const { name, bytes, sha256 } of manifest.files) {
    const is = found.get(name)
    if (is === undefined) throw damaged(file, `${name} is missing`)
    if (is.bytes !== bytes || is.sha256 !== sha256) throw damaged(file, `${name} is not what was backed up`)
  }
  if (found.size !== manifest.files.length) throw damaged(file, 'it holds files that were not backed up')
  if (!found.has(DATABASE)) throw damaged(file, 'it has no database')
}

function verifyDatabase(file: string): void {
  using db = new DatabaseSync(file, { readOnly: true })
  refuseNewer(db, migrations)
  const [row] = db.prepare('PRAGMA integrity_check(1)').all()
  if (row?.integrity_check !== 'ok') throw new Error(`its database is damaged: ${row?.integrity_check}`)
}

/** It commits with what is restored: both take their place in one step. */
function tell(file: string, { lastEventId, createdAt, program }: Manifest, now: number): void {
  const data: EventData['store.restored'] = { lastEventId, madeAt: createdAt, program }
  using db = new DatabaseSync(file)
  const insert = db.prepare('INSERT INTO event (type, data, created_at) VALUES (?, ?, ?)')
  insert.run('store.restored', JSON.stringify(data), now)
}

function configFiles(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
}

function damaged(file: string, why: string, cause?: unknown): RefbotError {
  return new RefbotError('BACKUP_DAMAGED', `${file} cannot be restored: ${why}.`, {
    hint: 'Nothing was changed. Use another backup.',
    ...(cause === undefined ? {} : { cause }),
  })
}
