import { lstatSync, realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'

/** Whether a path lies within a folder once links are followed; what does not exist yet is judged by where it would be. */
export function isInside(folder: string, path: string): boolean {
  if (!isAbsolute(path) || path.includes('\0')) return false
  const real = realPath(path)
  const root = realPath(folder)
  if (real === undefined || root === undefined) return false
  const way = relative(root, real)
  return way === '' || (!isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`))
}

function realPath(path: string): string | undefined {
  const missing: string[] = []
  for (let at = path; ; at = dirname(at)) {
    try {
      return join(realpathSync(at), ...missing)
    } catch (error) {
      const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT'
      const name = basename(at)
      if (!absent || name === '' || name === '..' || isDangling(at)) return undefined
      missing.unshift(name)
    }
  }
}

/** A link to nowhere: whoever creates the file creates it where the link points. */
function isDangling(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
}
