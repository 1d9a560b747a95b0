// Fetches two proxy servers of others for the tests, where this is Debian or a relative: microsocks and tinyproxy, 55 kB. They are unpacked into
// .tools/test-proxies/ and not installed, since Debian's packages would start them as services. Tried once; without them their tests are skipped.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const PACKAGES = { microsocks: 'microsocks', tinyproxy: 'tinyproxy-bin' }
const QUICK = ['-qq', '-o', 'Acquire::Retries=0', '-o', 'Acquire::http::Timeout=10', '-o', 'Acquire::https::Timeout=10']

/** @param {string} tools the folder .tools @param {NodeJS.ProcessEnv} env */
export function ensureTestProxies(tools, env, say = console.log) {
  const folder = join(tools, 'test-proxies')
  const path = (env.PATH ?? '').split(delimiter).filter((entry) => entry !== '')
  const missing = Object.keys(PACKAGES).filter((name) => !path.some((entry) => existsSync(join(entry, name))))
  if (missing.length === 0 || existsSync(folder) || !path.some((entry) => existsSync(join(entry, 'apt-get')))) return
  mkdirSync(folder, { recursive: true })
  const run = (command, args) =>
    spawnSync(command, args, { cwd: folder, env, stdio: 'ignore', timeout: 20_000 }).status === 0
  const wanted = missing.map((name) => PACKAGES[name])
  const download = () => run('apt-get', ['download', ...QUICK, ...wanted])
  // In a fresh container apt has no lists yet, and only root may fetch them.
  const fetched = download() || (process.getuid?.() === 0 && run('apt-get', ['update', ...QUICK]) && download())
  const archives = readdirSync(folder).filter((file) => file.endsWith('.deb'))
  if (fetched && archives.every((file) => run('dpkg-deb', ['-x', file, '.'])))
    return say(`set-up: fetched ${missing.join(' and ')} for the tests of the proxy checker`)
  say(`set-up: ${missing.join(' and ')} could not be fetched, their tests are skipped (remove ${folder} to try again)`)
}
