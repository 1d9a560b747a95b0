import { generateCACertificate, getLocal } from 'mockttp'
import { type BrowserContext, chromium } from 'playwright-core'
import { type BenchLine, line, median } from '../lib/line.ts'
import { executable } from './lib/executable.ts'
import { openWorld, type World } from './lib/world.ts'

const ROUNDS = 15
const WARM_GOTOS = 4

/** What does a page of 20 parts over https cost through the gate, beside none and beside mockttp? */
export async function bench(): Promise<BenchLine[]> {
  await using world = await openWorld()
  return await comparePages(world)
}

type Way = 'direct' | 'gate' | 'gate and proxy' | 'mockttp'

async function comparePages(world: World): Promise<BenchLine[]> {
  const mock = getLocal({ https: await generateCACertificate() })
  await mock.start()
  await mock.forUnmatchedRequest().thenPassThrough({ ignoreHostHttpsErrors: true })
  const { port, spki } = world.gate
  const args = [
    `--host-resolver-rules=MAP *.gate.invalid 127.0.0.1:${port}`,
    `--ignore-certificate-errors-spki-list=${spki}`,
  ]
  const executablePath = executable()
  const browser = await chromium.launch({ executablePath, args, chromiumSandbox: process.getuid?.() !== 0 })
  const lease = { gate: await world.lease(), 'gate and proxy': await world.lease('proxy') }
  const servers: Record<Way, string | undefined> = {
    direct: undefined,
    gate: lease.gate.server,
    'gate and proxy': lease['gate and proxy'].server,
    mockttp: `http://127.0.0.1:${mock.port}`,
  }
  const ways = Object.keys(servers) as Way[]
  const fresh = Object.fromEntries(ways.map((way) => [way, [] as number[]])) as Record<Way, number[]>
  const warm = Object.fromEntries(ways.map((way) => [way, [] as number[]])) as Record<Way, number[]>
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const way of rotated(ways, round)) {
      const server = servers[way]
      const proxy = server === undefined ? {} : { proxy: { server, bypass: '<-loopback>' } }
      await using context = await browser.newContext({ ...proxy, ignoreHTTPSErrors: true })
      const times = await visits(context, world.origin)
      if (round < 0) continue
      fresh[way].push(times[0] ?? 0)
      warm[way].push(median(times.slice(1)))
    }
  }
  await browser.close()
  await mock.stop()
  const compare = (metric: string, times: Record<Way, number[]>, way: Way, peer: Way, goal?: number) =>
    line({
      bench: 'egress/page',
      metric,
      unit: 'ms',
      ours: median(times[way]),
      peer,
      theirs: median(times[peer]),
      ...(goal === undefined ? {} : { goal: { on: 'ratio', op: '<=', value: goal } as const }),
    })
  return [
    compare('20 parts, warm context', warm, 'gate', 'direct', 1.25),
    compare('20 parts, fresh context', fresh, 'gate', 'direct', 1.4),
    compare('warm, with an upstream proxy', warm, 'gate and proxy', 'gate', 1.1),
    compare('fresh, with an upstream proxy', fresh, 'gate and proxy', 'gate', 1.1),
    compare('warm', warm, 'gate', 'mockttp', 1),
    compare('fresh', fresh, 'gate', 'mockttp', 1),
  ]
}

/** In ms: the first one opens connections, the others find them. */
async function visits(context: BrowserContext, origin: string): Promise<number[]> {
  const page = await context.newPage()
  const times: number[] = []
  for (let i = 0; i <= WARM_GOTOS; i += 1) {
    const began = performance.now()
    await page.goto(`${origin}/`)
    times.push(performance.now() - began)
  }
  return times
}

function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const at = ((by % items.length) + items.length) % items.length
  return [...items.slice(at), ...items.slice(0, at)]
}
