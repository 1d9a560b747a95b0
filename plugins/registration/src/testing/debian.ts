import { spawnSync } from 'node:child_process'

const quiet = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const
const install = ['install', '-y', '-qq', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120']

/** Installs Debian's packages, where this is root on Debian; else why it may not. Those that are there cost a look. */
export function needPackages(...names: readonly string[]): string | undefined {
  const known = spawnSync('dpkg-query', ['--status', ...names], { encoding: 'utf8' })
  if (known.error !== undefined) return `${names.join(', ')} are packages of Debian, and this is another system`
  const there = known.stdout.split('\n').filter((line) => line === 'Status: install ok installed')
  if (there.length === names.length) return undefined
  if (process.getuid?.() !== 0) return `only root may install ${names.join(', ')}`
  const get = (args: readonly string[]) => spawnSync('apt-get', [...args], quiet).status === 0
  const done = get([...install, ...names]) || (get(['update', '-qq']) && get([...install, ...names]))
  return done ? undefined : `apt-get could not install ${names.join(', ')}`
}
