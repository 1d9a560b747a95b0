import { join } from 'node:path'
import { type BrowserProcess, findBrowser, LaunchSlots, launchBrowser } from './browser/index.ts'
import type { RefbotConfig } from './config/index.ts'
import type { Gate } from './egress/index.ts'
import { RefbotError } from './errors.ts'
import type { LaunchRequest } from './runs/index.ts'
import { Turns } from './turns.ts'

export interface LauncherNeeds {
  /** As it is in force. */
  readonly config: () => RefbotConfig
  readonly gate: Gate
  readonly dataDir: string
}

/**
 * Starts the browsers of runs, as many at a time as the configuration and the memory allow.
 * The launcher throws RefbotError `BROWSER_MISSING`, and the reason of the request's signal.
 */
export function browserLauncher({
  config,
  gate,
  dataDir,
}: LauncherNeeds): (request: LaunchRequest) => Promise<BrowserProcess> {
  const launches = new Turns((working) => working < config().limits.maxLaunches)
  const browsers = new LaunchSlots({ max: () => config().limits.maxBrowsers })
  return ({ signal, runId, runDir, leaseServers, onRefusedCommand, marks }) => {
    const launch = async () => {
      const { browser } = config()
      return launchBrowser({
        executable: executableFor(browser),
        headless: browser.headless,
        gate,
        profileDir: join(dataDir, 'browsers', runId),
        runFolder: runDir,
        leaseServers,
        onRefusedCommand,
        env: marks,
      })
    }
    return browsers.hold(signal, () => launches.take(launch, signal))
  }
}

function executableFor({ headless, executable }: RefbotConfig['browser']): string {
  const found = findBrowser({ headless, ...(executable === undefined ? {} : { executable }) })
  if (found !== undefined) return found
  throw new RefbotError('BROWSER_MISSING', 'No Chrome, Chromium or Edge was found on this machine.', {
    hint: 'Install one (Debian: apt-get install chromium-headless-shell), or name it in REFBOT_BROWSER.',
  })
}
