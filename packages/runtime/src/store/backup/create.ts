import { createHash } from 'node:crypto'
import {
  closeSync,
  createWriteStream,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { RefbotError } from '../../errors.ts'
import { KEY_FILE } from '../vault/key-file.ts'
import { DATABASE, MANIFEST, type Manifest } from './manifest.ts'
import { type TarEntry, writeTar } from './tar.ts'

export interface BackupTask {
  readonly kind: 'backup'
  readonly dataDir: string
  readonly file: string
  readonly configFile?: string
  readonly keyFile?: string
  readonly program: string
  /** Epoch milliseconds. */
  readonly now: number
}

export interface BackupReport {
  readonly file: string
  /** Of the archive. */
  readonly bytes: number
  readonly lastEventId: number
  readonly files: number
  /** Artifacts that retention deleted while the backup was made. */
  readonly missing: readonly string[]
}

const CHUNK = 256 * 1024

/** Runs in a thread of its own. The archive gets its name once it is whole and on the disk. */
export async function createBackup(task: BackupTask): Promise<BackupReport> {
  if (existsSync(task.file)) {
    throw new RefbotError('BACKUP_EXISTS', `${task.file} is there already.`, { hint: 'Name a file that is not there.' })
  }
  const part = `${task.file}.part`
  const snapshot = `${task.file}.snapshot`
  try {
    rmSync(snapshot, { force: true })
    takeSnapshot(join(task.dataDir, DATABASE), snapshot)
    const manifest = await archive(task, snapshot, part)
    const bytes = sync(part)
    renameSync(part, task.file)
    sync(dirname(task.file))
    const { lastEventId, missing, files } = manifest
    return { file: task.file, bytes, lastEventId, missing, files: files.length }
  } catch (error) {
    rmSync(part, { force: true })
    if (error instanceof RefbotError) throw error
    const text = error instanceof Error ? error.message : String(error)
    throw new RefbotError('BACKUP_FAILED', `The backup could not be written: ${text}`, {
      hint: `Check that ${dirname(task.file)} is there and has room for the database twice.`,
      cause: error,
    })
  } finally {
    rmSync(snapshot, { force: true })
  }
}

/** One moment of the database, read beside the writer and without a lock that it would wait for. */
function takeSnapshot(database: string, snapshot: string): void {
  if (!existsSync(database)) {
    throw new RefbotError('STORE_UNUSABLE', `There is no database ${database}.`, {
      hint: 'Name the data directory that `refbot start` works on.',
    })
  }
  using db = new DatabaseSync(database, { readOnly: true, timeout: 5000 })
  db.prepare('VACUUM INTO ?').run(snapshot)
}

async function archive(task: BackupTask, snapshot: string, part: string): Promise<Manifest> {
  using db = new DatabaseSync(snapshot, { readOnly: true })
  const { id } = db.prepare("SELECT coalesce(max(seq), 0) AS id FROM sqlite_sequence WHERE name = 'event'").get() as {
    id: number
  }
  const files: Manifest['files'] = []
  const missing: string[] = []
  const manifest: Manifest = {
    format: 1,
    program: task.program,
    createdAt: task.now,
    lastEventId: id,
    files,
    missing,
  }
  async function* entries(): AsyncGenerator<TarEntry> {
    const { configFile, keyFile, dataDir } = task
    yield* file(DATABASE, snapshot)
    // A store without secrets has none.
    if (keyFile !== undefined && existsSync(keyFile)) yield* file(KEY_FILE, keyFile)
    if (configFile !== undefined) yield* file(`config/${basename(configFile)}`, configFile)
    for (const { run_id, name } of db.prepare('SELECT run_id, name FROM artifact ORDER BY run_id, name').iterate()) {
      yield* file(`artifacts/${run_id}/${name}`, join(dataDir, 'artifacts', String(run_id), String(name)))
    }
    for (const name of logs(dataDir)) yield* file(`logs/${name}`, join(dataDir, 'logs', name))
    const text = Buffer.from(JSON.stringify(manifest, undefined, 1))
    yield { name: MANIFEST, size: text.length, chunks: one(text) }
  }

  async function* file(name: string, path: string): AsyncGenerator<TarEntry> {
    let fd: number
    try {
      fd = openSync(path, 'r')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || name === DATABASE) throw error
      missing.push(name)
      return
    }
    try {
      const { size } = fstatSync(fd)
      const hash = createHash('sha256')
      yield { name, size, chunks: hashed(read(fd, size), hash) }
      files.push({ name, bytes: size, sha256: hash.digest('hex') })
    } finally {
      closeSync(fd)
    }
  }

  // Most of it is images, which do not get smaller: speed counts.
  await pipeline(writeTar(entries(), task.now), createGzip({ level: 1 }), createWriteStream(part, { mode: 0o600 }))
  return manifest
}

function logs(dataDir: string): readonly string[] {
  const folder = join(dataDir, 'logs')
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort()
}

/** A log that grows meanwhile is cut at the size it had; a file that shrinks is filled up. */
async function* read(fd: number, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < size; ) {
    const chunk = Buffer.alloc(Math.min(CHUNK, size - at))
    readSync(fd, chunk, 0, chunk.length, at)
    at += chunk.length
    yield chunk
  }
}

async function* hashed(
  chunks: AsyncIterable<Uint8Array>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk)
    yield chunk
  }
}

async function* one(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  yield chunk
}

/** Size of what is on the disk now. */
function sync(path: string): number {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
    return fstatSync(fd).size
  } finally {
    closeSync(fd)
  }
}
