import { accessSync, constants, globSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { RefbotError } from '../errors.ts'

export interface FindOptions {
  readonly headless: boolean
  /** `REFBOT_BROWSER`, `PATH`, `HOME` and `PLAYWRIGHT_BROWSERS_PATH` are read from it; default `process.env`. */
  readonly env?: NodeJS.ProcessEnv
  /** From the configuration; `REFBOT_BROWSER` wins over it. */
  readonly executable?: string
  /** Default: this machine's. */
  readonly platform?: NodeJS.Platform
}

const SHELLS = ['chromium-headless-shell', 'chrome-headless-shell']
const BROWSERS = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
]
const SHELL_DOWNLOADS = [
  'chromium_headless_shell-*/chrome-headless-shell-*/chrome-headless-shell',
  'chromium_headless_shell-*/chrome-*/headless_shell',
]
const BROWSER_DOWNLOADS = [
  'chromium-*/chrome-linux*/chrome',
  'chromium-*/chrome-mac*/*.app/Contents/MacOS/{Chromium,Google Chrome for Testing}',
]
const MAC_APPLICATIONS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
]

/**
 * The browser to use, or undefined where there is none: the one that is named, else an installed one. Headless runs
 * take a headless shell first: it needs a third of the CPU per page and calls no hosts of its maker.
 *
 * @throws RefbotError `BROWSER_MISSING` when the named one cannot be run
 */
export function findBrowser(options: FindOptions): string | undefined {
  const { headless, env = process.env, platform = process.platform } = options
  const named = env.REFBOT_BROWSER || options.executable
  if (named) {
    if (isExecutable(named)) return named
    const where = env.REFBOT_BROWSER ? 'REFBOT_BROWSER' : 'The configuration'
    throw new RefbotError('BROWSER_MISSING', `${where} names ${named} as the browser, and it is no program`, {
      hint: 'Name the executable of a Chromium, Chrome or Edge, or name none to have one found.',
    })
  }
  const downloads = downloadFolder(env, platform)
  const shells = [...onPath(SHELLS, env), ...downloaded(SHELL_DOWNLOADS, downloads)]
  const browsers = [
    ...onPath(BROWSERS, env),
    ...downloaded(BROWSER_DOWNLOADS, downloads),
    ...(platform === 'darwin' ? MAC_APPLICATIONS : []),
  ]
  return (headless ? [...shells, ...browsers] : browsers).find((path) => isExecutable(path) && !isSnapStub(path))
}

function onPath(names: readonly string[], env: NodeJS.ProcessEnv): string[] {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return names.flatMap((name) => folders.map((folder) => join(folder, name)))
}

/** Where Playwright keeps what it downloads. */
function downloadFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const home = env.HOME ?? homedir()
  return (
    env.PLAYWRIGHT_BROWSERS_PATH || join(home, platform === 'darwin' ? 'Library/Caches' : '.cache', 'ms-playwright')
  )
}

/** Newest revision first. */
function downloaded(patterns: readonly string[], folder: string): string[] {
  const revision = (path: string): number => Number(/-(\d+)[/\\]/.exec(path)?.[1] ?? 0)
  const found = globSync([...patterns], { cwd: folder })
  return found.sort((a, b) => revision(b) - revision(a)).map((path) => join(folder, path))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** Ubuntu's `chromium-browser` is a script around a snap, whose confinement closes the pipe and the profile folder. */
function isSnapStub(path: string): boolean {
  if (!path.endsWith('chromium-browser')) return false
  if (realpathSync(path).includes('/snap')) return true
  const start = readFileSync(path).subarray(0, 4096).toString('latin1')
  return start.startsWith('#!') && start.includes('/snap/')
}
