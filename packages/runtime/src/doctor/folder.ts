import { chmodSync, existsSync, lstatSync, readdirSync, statfsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { broken, type Finding, ok, textOf, warning } from './finding.ts'

/** The data directory and what lies in it belong to their owner alone: 0700 and 0600. */
export function checkModes(dataDir: string, fix: boolean): Finding[] {
  const check = 'data directory'
  if (!existsSync(dataDir)) return [ok(check, `${dataDir} will be made by the first start`)]
  if (process.platform === 'win32') return [ok(check, dataDir)]
  const secrets = join(dataDir, 'secrets')
  try {
    const files = [dataDir, ...(existsSync(secrets) ? [secrets] : [])].flatMap((folder) =>
      readdirSync(folder).map((name) => join(folder, name)),
    )
    const open = [...((lstatSync(dataDir).mode & 0o077) === 0 ? [] : [dataDir]), ...files.filter(isTooOpen)]
    if (open.length === 0) return [ok(check, `${dataDir} is its owner's alone`)]
    return open.map((path) => tooOpen(check, path, fix))
  } catch (error) {
    return [broken(check, `${dataDir} cannot be read: ${textOf(error)}`, 'Run this as the user that RefBot runs as.')]
  }
}

/** Folders below need no mode of their own: nobody else gets that far. */
function isTooOpen(path: string): boolean {
  const stat = lstatSync(path)
  return stat.isFile() && (stat.mode & 0o077) !== 0
}

function tooOpen(check: string, path: string, fix: boolean): Finding {
  const stat = lstatSync(path)
  const mode = stat.isDirectory() ? 0o700 : 0o600
  const found = (stat.mode & 0o777).toString(8).padStart(4, '0')
  if (!fix) {
    const wanted = mode.toString(8).padStart(4, '0')
    return broken(
      check,
      `others may look into ${path}: its mode is ${found}`,
      `Run: chmod ${wanted} '${path}', or refbot doctor --fix.`,
    )
  }
  chmodSync(path, mode)
  return { ...ok(check, `${path} had the mode ${found}, and is its owner's alone now`), fixed: true }
}

/** Room on the disk of the data directory, against the least that runs need. */
export function checkRoom(dataDir: string, minFreeBytes: number): Finding {
  let folder = dataDir
  while (!existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder)
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  const text = `${megabytes(free)} are free`
  const next = 'Make room, or shorten the retention.'
  if (free < minFreeBytes) return broken('disk', `${text}, ${megabytes(minFreeBytes)} are needed: no run starts`, next)
  return free < 2 * minFreeBytes
    ? warning('disk', `${text}, not much above store.minFreeBytes`, next)
    : ok('disk', text)
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 1024 / 1024)} MB`
}
