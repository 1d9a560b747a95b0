import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { RefbotError } from '../errors.ts'
import { type FindOptions, findBrowser } from './find.ts'

export interface EnsureOptions extends FindOptions {
  /** Told what is being done, a line at a time. */
  readonly log: (line: string) => void
  /** Runs a program to its end and gives its exit code; default: as a child process, its output going to `log`. */
  readonly run?: (program: string, args: readonly string[]) => Promise<number>
  /** Whether packages may be installed; default: as root where there is an apt-get. */
  readonly apt?: boolean
}

/**
 * The browser to use; where there is none, one is fetched: Playwright's own download, else Debian's package.
 *
 * @throws RefbotError `BROWSER_MISSING` with the command to run
 */
export async function ensureBrowser(options: EnsureOptions): Promise<string> {
  const found = findBrowser(options)
  if (found !== undefined) return found
  const { headless, log } = options
  const run = options.run ?? ((program, args) => runLogged(program, args, options))

  log('No browser is installed here. Trying the download of Playwright.')
  const cli = join(dirname(createRequire(import.meta.url).resolve('playwright-core/package.json')), 'cli.js')
  const kind = headless ? '--only-shell' : '--no-shell'
  if ((await run(process.execPath, [cli, 'install', kind, 'chromium'])) === 0) {
    const downloaded = findBrowser(options)
    // On a bare machine it is there and lacks libraries; the package below brings them.
    if (downloaded !== undefined && (await run(downloaded, ['--version'])) === 0) return downloaded
  }

  const debian = headless ? 'chromium-headless-shell' : 'chromium'
  if (options.apt ?? (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get'))) {
    log(`That did not work. Installing the package ${debian}.`)
    const install = ['install', '-y', '--no-install-recommends', debian]
    if ((await run('apt-get', ['update'])) === 0 && (await run('apt-get', install)) === 0) {
      const installed = findBrowser(options)
      if (installed !== undefined) return installed
    }
  }
  throw new RefbotError('BROWSER_MISSING', 'There is no Chromium, Chrome or Edge here, and none could be fetched', {
    hint:
      (options.platform ?? process.platform) === 'linux'
        ? `Run "sudo apt-get install ${debian}" or install Google Chrome, or set REFBOT_BROWSER to a browser's executable.`
        : "Install Google Chrome, or set REFBOT_BROWSER to a browser's executable.",
  })
}

async function runLogged(program: string, args: readonly string[], { log, env }: EnsureOptions): Promise<number> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...(env ?? process.env), DEBIAN_FRONTEND: 'noninteractive' },
  })
  for (const stream of [child.stdout, child.stderr]) {
    let rest = ''
    stream.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split(/[\r\n]+/)
      rest = lines.pop() ?? ''
      for (const line of lines) if (line.trim() !== '') log(`  ${line}`)
    })
  }
  return await new Promise((resolve) => {
    child.once('error', () => resolve(127))
    child.once('close', (code) => resolve(code ?? 1))
  })
}
