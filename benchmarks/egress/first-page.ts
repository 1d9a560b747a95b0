import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext } from 'playwright-core'
import { launchBrowser } from '../../packages/runtime/src/browser/launch.ts'
import { type BenchLine, line, median } from '../lib/line.ts'
import { executable } from './lib/executable.ts'
import { openWorld, type World } from './lib/world.ts'

const ROUNDS = 9
const FOLDER = mkdtempSync(join(tmpdir(), 'refbot-bench-'))
// As in a plugin's process: the driver keeps its files in the run's folder, which it looks for when it is loaded.
process.env.TMPDIR = FOLDER
const { chromium } = await import('playwright-core')

/** How long does a run's first page take, with fence, relay and gate, beside a bare launch? */
export async function bench(): Promise<BenchLine[]> {
  await using world = await openWorld()
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const fenced of round % 2 === 0 ? [true, false] : [false, true]) {
      const began = performance.now()
      await using browser = fenced ? await launchFenced(world) : await launchBare()
      await using context = await browser.newContext(browser.context)
      const page = await context.newPage()
      await page.goto(`${world.origin}/`)
      const took = performance.now() - began
      ;(fenced ? ours : theirs).push(took)
    }
  }
  rmSync(FOLDER, { recursive: true, force: true })
  return [
    line({
      bench: 'egress/first-page',
      metric: 'launch to the first page',
      unit: 'ms',
      ours: median(ours),
      peer: 'bare launch',
      theirs: median(theirs),
      goal: { on: 'ratio', op: '<=', value: 1.3 },
    }),
  ]
}

interface Launched extends AsyncDisposable {
  readonly context: object
  newContext(options: object): Promise<BrowserContext>
}

async function launchFenced(world: World): Promise<Launched> {
  const lease = await world.lease()
  const own = await launchBrowser({
    executable: executable(),
    headless: true,
    gate: world.gate,
    profileDir: join(FOLDER, 'profile'),
    runFolder: FOLDER,
    leaseServers: () => [lease.server],
  })
  const browser = await chromium.connectOverCDP(own.wsEndpoint)
  return launched(browser, { proxy: { server: lease.server, bypass: '<-loopback>' } }, async () => {
    await own.close()
    await lease.close()
  })
}

async function launchBare(): Promise<Launched> {
  const sandbox = process.getuid?.() !== 0
  const browser = await chromium.launch({ executablePath: executable(), chromiumSandbox: sandbox })
  return launched(browser, { ignoreHTTPSErrors: true }, () => browser.close())
}

function launched(browser: Browser, context: object, close: () => Promise<void>): Launched {
  return { context, newContext: (options) => browser.newContext(options), [Symbol.asyncDispose]: close }
}
