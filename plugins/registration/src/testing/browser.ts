import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const names = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
]

/** An installed Chromium, or Playwright's own. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findBrowser(process.env)
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [
      '--disable-quic',
      '--disable-background-networking',
      '--no-first-run',
      ...(isRoot() ? ['--no-sandbox'] : []),
    ],
  })
}

function findBrowser(env: NodeJS.ProcessEnv): string | undefined {
  const folders = [...(env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin']
  const files = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  return [env.REFBOT_BROWSER, ...files].find((file) => file !== undefined && file !== '' && existsSync(file))
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}
