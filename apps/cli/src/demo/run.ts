import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'
import type { SiteFault } from '@refbot/demo-site'
import type { BatchResult } from '@refbot/plugin-registration'
import { createRefbot, type ProxyScore, type Refbot, RefbotError, type RunDetails } from '@refbot/runtime'
import { differences } from './verify.ts'
import { type DemoWorld, REFUSING, startWorld } from './world.ts'

export interface DemoOptions {
  /** Everything of this demo is kept here. */
  readonly folder: string
  readonly submissions: number
  readonly siteFault: SiteFault
  /** One line a step, and each submission as it ends. */
  readonly onProgress: (line: string) => void
}

export interface DemoOutcome {
  readonly run: RunDetails
  readonly batch: BatchResult
  /** Best first. */
  readonly scores: readonly ProxyScore[]
  /** Names of the demo's proxies, by the ids that rows and scores use. */
  readonly names: ReadonlyMap<string, string>
  /** One sentence each: where the sides disagree, or the demo did not show what it is for. */
  readonly problems: readonly string[]
  readonly artifactsDir: string
}

/** Everything that is alive while the demo is shown. */
export interface RunningDemo extends AsyncDisposable {
  readonly refbot: Refbot
  readonly world: DemoWorld
  readonly outcome: DemoOutcome
}

/** The main job from start to end, on real parts: site, proxies, browser, database. */
export async function runDemo(options: DemoOptions): Promise<RunningDemo> {
  const { folder, onProgress } = options
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  await using stack = new AsyncDisposableStack()
  onProgress('Starting the sign-up site and three proxies')
  const world = stack.use(await startWorld(folder, options.siteFault))
  onProgress(
    `Sign-up site on ${world.site.url}; proxies: ${world.proxies.map(({ name, proxy }) => `${name} on port ${proxy.port}`).join(', ')}`,
  )
  const refbot = stack.use(
    await createRefbot({
      mode: 'headless',
      dataDir: join(folder, 'data'),
      pluginsDir: writePlugin(folder, `${world.site.url}/signup`, options.submissions),
      proxies: world.proxies.map(({ url }) => url),
      proxyStrategy: 'round-robin',
    }),
  )
  await refbot.start()
  await refbot.plugins.loadPlugin('registration')
  onProgress(`Signing up ${options.submissions} people in headless Chromium`)
  const off = refbot.runs.on('progress', (_, { done, total, message = '' }) =>
    onProgress(`${done}/${total} ${withNames(message, world)}`),
  )
  const started = await refbot.plugins.startPlugin('registration')
  const run = await refbot.runs.settled(started.id)
  off()
  const outcome = judge(refbot, world, run)
  const owned = stack.move()
  return { refbot, world, outcome, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** A plugins directory with the settings of the registration plugin, pointed at the demo's site, and the package beside it. */
function writePlugin(folder: string, url: string, batchSize: number): string {
  const name = '@refbot/plugin-registration'
  const installed = join(folder, 'node_modules', name)
  mkdirSync(dirname(installed), { recursive: true })
  const code = findPackageJSON(name, import.meta.url)
  if (code === undefined) throw new Error(`${name} is not installed.`)
  symlinkSync(dirname(code), installed, 'junction')
  const directory = join(folder, 'plugins', 'registration')
  mkdirSync(directory, { recursive: true })
  const manifest = { enabled: true, settings: { url, batchSize, screenshots: 'always' } }
  writeFileSync(join(directory, 'plugin_config.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  return join(folder, 'plugins')
}

/** People know the demo's proxies by name; the plugin only knows their ids. */
function withNames(message: string, { proxies }: DemoWorld): string {
  return proxies.reduce(
    (text, { name, proxy }) => text.replace(new RegExp(`http://127\\.0\\.0\\.1:${proxy.port}(#\\w+)?`), name),
    message,
  )
}

function judge(refbot: Refbot, { site, proxies }: DemoWorld, run: RunDetails): DemoOutcome {
  const scores = refbot.proxies.scores()
  const byPort = (port: number) => proxies.find(({ proxy }) => proxy.port === port)
  const names = new Map(scores.map((score) => [score.proxyId, byPort(score.proxy.port)?.name ?? score.proxyId]))
  const batch = run.result as BatchResult | undefined
  if (batch === undefined) {
    const { code = 'DEMO_FAILED', message = `It ended as ${run.status}.` } = run.error ?? {}
    throw new RefbotError(code, `The demo's run did not come to a result: ${message}`, {
      hint: `Its log is ${refbot.runs.logFile(run.id)}.`,
    })
  }
  const accessLogs = new Map(scores.map((score) => [score.proxyId, byPort(score.proxy.port)?.proxy.accessLog() ?? []]))
  const problems = [
    ...differences({
      runId: run.id,
      submissions: batch.submissions,
      accounts: site.accounts(),
      accessLogs,
      authority: new URL(site.url).host,
    }),
    ...expectations(batch, scores, names),
  ]
  return { run, batch, scores, names, problems, artifactsDir: refbot.runs.artifactsDir(run.id) }
}

/** What the demo is there to show. */
function* expectations(
  { submissions }: BatchResult,
  scores: readonly ProxyScore[],
  names: ReadonlyMap<string, string>,
): Generator<string> {
  if (!submissions.some(({ attempts }) => attempts.length > 1)) yield 'No row shows a failover.'
  const last = scores.at(-1)
  if (last === undefined || names.get(last.proxyId) !== REFUSING)
    yield 'The refusing proxy did not end with the lowest score.'
  const failed = submissions.filter(({ outcome }) => outcome !== 'success').length
  if (failed > 0) yield `${failed} of ${submissions.length} submissions did not succeed.`
}
