import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const folder = resolve(import.meta.dirname, '../../applications')
const install = ['install', '--dir', folder, '--ignore-workspace', '--frozen-lockfile', '--ignore-scripts', '--silent']

/** Installs the applications that are on npm, by their lockfile; else why they cannot be had. */
export function needApplications(): string | undefined {
  if (existsSync(join(folder, 'node_modules', '.modules.yaml'))) return undefined
  const { status } = spawnSync('pnpm', install, { stdio: 'ignore' })
  return status === 0 ? undefined : 'pnpm could not install the applications'
}

/** A file of one of them. */
export function applicationFile(...path: readonly string[]): string {
  return join(folder, 'node_modules', ...path)
}
