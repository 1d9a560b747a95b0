import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findBrowser, launchBrowser } from '../browser/index.ts'
import type { RefbotConfig } from '../config/index.ts'
import { broken, type Finding, ok, textOf } from './finding.ts'

/** Nothing is opened in it, and nothing would leave it: no gate listens there. */
const NO_GATE = { port: 9, spki: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=' }
const START_TIMEOUT_MS = 30_000

/** Finds a browser and starts it once. */
export async function checkBrowser({ headless, executable }: RefbotConfig['browser']): Promise<Finding> {
  const folder = await mkdtemp(join(tmpdir(), 'refbot-doctor-'))
  let found: string | undefined
  try {
    found = findBrowser({ headless, ...(executable === undefined ? {} : { executable }) })
    if (found === undefined) {
      const next = 'Install one (Debian: apt-get install chromium-headless-shell), or name it in REFBOT_BROWSER.'
      return broken('browser', 'no Chrome, Chromium or Edge was found', next)
    }
    await using browser = await launchBrowser({
      ...{ executable: found, headless, gate: NO_GATE, leaseServers: () => [], startTimeoutMs: START_TIMEOUT_MS },
      ...{ profileDir: join(folder, 'profile'), runFolder: folder },
    })
    return ok('browser', `${browser.version} in ${found}`)
  } catch (error) {
    const next = 'Start it by hand to see what it lacks, or name another one in REFBOT_BROWSER.'
    return broken('browser', found === undefined ? textOf(error) : `${found} does not start: ${textOf(error)}`, next)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
