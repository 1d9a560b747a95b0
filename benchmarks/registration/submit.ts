import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { type Browser, chromium } from 'playwright-core'
import type { BatchResult, RegistrationConfigInput } from '../../plugins/registration/src/index.ts'
import { executable } from '../egress/lib/executable.ts'
import { type BenchLine, line, median } from '../lib/line.ts'
import { peakMemory } from './lib/peak-memory.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const ROUNDS = 3
/** Sign-ups in each round of each way; those that wait for process and browser are left out. */
const BATCH = 12
/** Side by side, for their memory. */
const CONTEXTS = 4

const explicit: Partial<RegistrationConfigInput> = {
  firstNameSelector: '#first-name',
  lastNameSelector: '#last-name',
  emailSelector: '#email',
  passwordSelector: '#password',
  submitSelector: 'form button[type="submit"]',
}
const bare: Partial<RegistrationConfigInput> = {
  screenshots: 'never',
  traces: 'never',
  cookies: 'ignore',
  concurrency: 1,
}
const ways = {
  explicit: { ...bare, ...explicit },
  detection: { ...bare, cookies: 'accept' },
  artifacts: { concurrency: 1 },
  parallel: {},
} as const satisfies Record<string, Partial<RegistrationConfigInput>>

/** How many sign-ups a plain script makes while the plugin makes one, through its gate, on the same form. */
export async function bench(): Promise<BenchLine[]> {
  const folder = mkdtempSync(join(tmpdir(), 'refbot-bench-'))
  using _ = { [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
  await using site = await startSite(join(folder, 'site.db'))
  await using host = await startHost(folder, `${site.url}/signup`)
  const { plain, ours } = await measure(host, `${site.url}/signup`)
  const [one, many] = [
    await peakMemory(() => host.run({ concurrency: 1 })),
    await peakMemory(() => host.run({ concurrency: CONTEXTS })),
  ]
  const figure = (metric: string, times: readonly number[], theirs: readonly number[], peer: string, goal: number) =>
    line({
      ...{ bench: 'registration/submit', metric, unit: 'a minute', peer },
      ...{ ours: 60_000 / median(times), theirs: 60_000 / median(theirs) },
      goal: { on: 'ratio', op: '>=', value: goal },
    })
  const script = 'plain Playwright, no gate'
  return [
    figure('with selectors', ours.explicit, plain, script, 0.9),
    figure('finding the fields', ours.detection, plain, script, 0.8),
    figure('with the default artifacts', ours.artifacts, plain, script, 0.75),
    figure('side by side', ours.parallel, ours.artifacts, 'one at a time', 1.25),
    line({
      ...{ bench: 'registration/submit', metric: 'each further context', unit: 'MB' },
      ours: (many - one) / (CONTEXTS - 1) / 2 ** 20,
      goal: { on: 'ours', op: '<=', value: 30 },
    }),
  ]
}

async function measure(host: Awaited<ReturnType<typeof startHost>>, url: string) {
  await using browser = await chromium.launch({
    executablePath: executable(),
    chromiumSandbox: process.getuid?.() !== 0,
  })
  const plain: number[] = []
  const ours: Record<keyof typeof ways, number[]> = { explicit: [], detection: [], artifacts: [], parallel: [] }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, settings] of Object.entries(ways)) {
      for (let i = 0; i < 3; i += 1) plain.push(await signUpPlainly(browser, url, plain.length))
      ours[name as keyof typeof ways].push(await host.run(settings))
    }
  }
  return { plain, ours }
}

/** As somebody would write it who knows the form: a context, the page, the fields, the confirmation. In milliseconds. */
async function signUpPlainly(browser: Browser, url: string, count: number): Promise<number> {
  const began = performance.now()
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(url)
  await page.fill('#first-name', 'Ada')
  await page.fill('#last-name', 'Example')
  await page.fill('#email', `ada.${count}.${Date.now()}@example.com`)
  await page.fill('#password', 'Difference1')
  await page.fill('#password-confirmation', 'Difference1')
  await page.selectOption('#country', 'US')
  await page.check('#terms')
  await page.click('form button[type="submit"]')
  await page.waitForURL('**/welcome*')
  await page.getByRole('status').waitFor()
  await context.close()
  return performance.now() - began
}

async function startHost(folder: string, url: string) {
  const plugins = join(folder, 'plugins')
  const own = join(plugins, 'registration')
  mkdirSync(own, { recursive: true })
  mkdirSync(join(folder, 'node_modules', '@refbot'), { recursive: true })
  symlinkSync(join(ROOT, 'plugins/registration'), join(folder, 'node_modules/@refbot/plugin-registration'), 'junction')
  writeFileSync(join(own, 'plugin_config.json'), JSON.stringify({ enabled: true, settings: { url, batchSize: BATCH } }))
  const { createRefbot } = await import('../../packages/runtime/src/index.ts')
  const refbot = await createRefbot({ mode: 'headless', dataDir: join(folder, 'data'), pluginsDir: plugins })
  await refbot.start()
  await refbot.plugins.loadPlugin('registration')
  return {
    /** Milliseconds from the start of one sign-up to that of the next one in the mean of a batch, context and all. */
    async run(settings: Partial<RegistrationConfigInput>): Promise<number> {
      const { id } = await refbot.plugins.runPlugin('registration', 'manual', settings)
      const run = await refbot.runs.settled(id)
      const batch = run.result as BatchResult | undefined
      if (batch?.summary.succeeded !== BATCH) throw new Error(`A batch did not succeed: ${JSON.stringify(run.error)}`)
      const starts = batch.submissions.map(({ startedAt }) => startedAt).sort((a, b) => a - b)
      // The first of each lane waits until the browser is there; what comes after it starts when another one is over.
      const first = settings.concurrency ?? Math.min(availableParallelism(), 4)
      return ((starts.at(-1) ?? 0) - (starts[first] ?? 0)) / (starts.length - 1 - first)
    },
    [Symbol.asyncDispose]: () => refbot[Symbol.asyncDispose](),
  }
}

async function startSite(database: string) {
  const entry = join(ROOT, 'packages/demo-site/src/main.ts')
  const child = spawn(process.execPath, ['--conditions=@refbot/source', entry, 'site', '--db', database], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [first] = await createInterface({ input: child.stdout })
    [Symbol.asyncIterator]()
    .next()
    .then(({ value }) => [String(value)])
  const { url } = JSON.parse(first ?? '{}') as { url: string }
  return { url, [Symbol.asyncDispose]: async () => void child.kill() }
}
