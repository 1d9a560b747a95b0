// Sets up what is missing, then runs a command with it: node scripts/setup.mjs [command …]
//   1. Node and pnpm: the machine's where they are recent enough, else from the npm registry into .tools/
//   2. the workspace's dependencies, when the lockfile has changed
//   3. a browser, when there is none
//   4. two proxy servers for the tests, where Debian's packages can be had
// Plain JavaScript, because it also runs on a Node that is too old for everything else.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureTestProxies } from './test-proxies.mjs'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const TOOLS = join(ROOT, '.tools')
const STAMP = join(TOOLS, 'installed')
const NODE = { major: 24, version: '24.21.0' }
const PNPM = { major: 12, version: '12.21.0' }

// What npm exports for its own scripts would be taken for settings by pnpm; how the registry is reached is one.
const KEPT = /^npm_config_(registry|cafile|proxy|https_proxy|userconfig)$/i
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || KEPT.test(name)))
env.PATH = [join(TOOLS, 'node_modules', '.bin'), join(ROOT, 'node_modules', '.bin'), env.PATH].join(delimiter)

function run(command, args, options = {}) {
  const shell = process.platform === 'win32'
  return spawnSync(command, args, { cwd: ROOT, env, stdio: 'inherit', shell, ...options })
}

function need(doing, command, args, advice) {
  console.log(`set-up: ${doing}`)
  const began = Date.now()
  const { status, error } = run(command, args)
  if (status === 0) return console.log(`set-up: done in ${((Date.now() - began) / 1000).toFixed(1)} s`)
  console.error(`set-up failed: ${doing}${error === undefined ? '' : ` (${error.message})`}.\n${advice}`)
  process.exit(1)
}

function majorOf(command) {
  const { status, stdout } = run(command, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] })
  return status === 0 ? Number.parseInt(String(stdout).trim().replace(/^v/, ''), 10) : 0
}

function ensureTools() {
  const wanted = []
  if (majorOf('node') < NODE.major) {
    const platform = process.platform === 'win32' ? 'win' : process.platform
    wanted.push(`node-${platform}-${process.arch}@${NODE.version}`)
  }
  if (majorOf('pnpm') !== PNPM.major) wanted.push(`pnpm@${PNPM.version}`)
  if (wanted.length === 0) return
  const install = [
    'install',
    '--prefix',
    TOOLS,
    '--ignore-scripts',
    '--no-save',
    '--no-package-lock',
    '--no-audit',
    '--no-fund',
  ]
  const advice = `Check that npm reaches its registry, or install Node ${NODE.major} and pnpm ${PNPM.major} yourself.`
  mkdirSync(TOOLS, { recursive: true })
  need(`fetching ${wanted.join(' and ')} into .tools/`, 'npm', [...install, ...wanted], advice)
}

function ensureWorkspace() {
  const inputs = ['pnpm-lock.yaml', 'pnpm-workspace.yaml'].map((file) => readFileSync(join(ROOT, file)))
  const stamp = createHash('sha256').update(Buffer.concat(inputs)).digest('hex')
  const current = existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp
  if (current && existsSync(join(ROOT, 'node_modules', '.modules.yaml'))) return
  const advice = 'Check that pnpm reaches the npm registry, and that this folder can be written to.'
  need(
    'installing the dependencies of the workspace',
    'pnpm',
    ['install', '--frozen-lockfile', '--prefer-offline'],
    advice,
  )
  const browser = ['--conditions=@refbot/source', join('packages', 'runtime', 'src', 'browser', 'ensure-cli.ts')]
  need('looking for a browser', 'node', browser, 'Install one as it says above, then run this again.')
  mkdirSync(TOOLS, { recursive: true })
  writeFileSync(STAMP, stamp)
}

ensureTools()
ensureWorkspace()
ensureTestProxies(TOOLS, env)

const [command, ...args] = process.argv.slice(2)
if (command !== undefined) {
  // Interrupts go to the whole group: the command ends by itself, and its exit code is this one's.
  process.on('SIGINT', () => {})
  const { status, signal } = run(command, args)
  process.exit(status ?? (signal === null ? 1 : 130))
}
