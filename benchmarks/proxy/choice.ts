import { type BenchLine, type Goal, line } from '../lib/line.ts'
import { type FleetSpec, STANDARD } from './lib/fleet.ts'
import { finagle, oracle, ours, type PolicyFactory, thompson, uniform } from './lib/policies.ts'
import { type Result, simulate } from './lib/simulate.ts'

const SEEDS = [11, 12, 13]

/** Fleets that differ from the standard one in what decides: how much there is to learn from, and whether capacity binds. */
const FLEETS: Readonly<Record<string, FleetSpec>> = {
  standard: STANDARD,
  'little traffic': { ...STANDARD, requestsPerSecond: 2 },
  'capacity binds': { ...STANDARD, requestsPerSecond: 200, durationMs: 8 * 60_000, outageMs: 60_000 },
  '20 proxies': { ...STANDARD, proxies: 20, newcomers: 2, requestsPerSecond: 2 },
}

const POLICIES: Readonly<Record<string, PolicyFactory>> = {
  weighted: ours('weighted'),
  'plain weighted random': ours('weighted', { candidates: 1 }),
  'least-loaded': ours('least-loaded'),
  'round-robin': ours('round-robin'),
  random: ours('random'),
  'Finagle P2C peak-EWMA': finagle,
  'Thompson sampling': thompson,
}

/** How good are the choices? Cost above an oracle's, as a part of what choosing blindly costs above it. */
export async function bench(): Promise<BenchLine[]> {
  return Object.entries(FLEETS).flatMap(([name, spec]) => judge(name, spec))
}

function judge(fleet: string, spec: FleetSpec): BenchLine[] {
  const best = SEEDS.map((seed) => simulate(oracle, spec, seed))
  const blind = SEEDS.map((seed) => simulate(uniform, spec, seed))
  const runs = Object.entries(POLICIES).map(([policy, factory]) => {
    const results = SEEDS.map((seed) => simulate(factory, spec, seed))
    const regrets = results.map((result, i) => regret(result, best[i], blind[i]))
    return { policy, results, regrets }
  })
  const [main] = runs
  if (main === undefined) return []
  const isStandard = spec === STANDARD
  const figure = (metric: string, unit: string, value: number, goal?: Goal): BenchLine =>
    line({
      bench: 'proxy/choice',
      metric: `${fleet}: ${metric}`,
      unit,
      ours: value,
      ...(goal !== undefined && isStandard ? { goal } : {}),
    })
  const regretLines = runs.map(({ policy, regrets }) => {
    const goal: Goal | undefined = policy === 'weighted' ? { on: 'ours', op: '<=', value: 0.3 } : undefined
    return figure(`regret of ${policy}`, 'of blind', mean(regrets), goal)
  })
  const share = SEEDS.map((seed, i) => newcomersPart(main.results[i], spec, seed))
  return [
    ...regretLines,
    figure('worst seed’s regret of weighted', 'of blind', Math.max(...main.regrets), {
      on: 'ours',
      op: '<=',
      value: 1,
    }),
    figure('attempts that succeed', 'part', mean(main.results.map((r) => r.success)), {
      on: 'ours',
      op: '>=',
      value: 0.94,
    }),
    figure('attempts that succeed with the oracle', 'part', mean(best.map((r) => r.success))),
    figure('attempts that succeed blindly', 'part', mean(blind.map((r) => r.success))),
    figure('part of the fleet that is used', 'part', mean(main.results.map((r) => r.used)), {
      on: 'ours',
      op: '>=',
      value: 0.95,
    }),
    figure('newcomers’ uses, of what they would get had they been there from the start', 'part', mean(share), {
      on: 'ours',
      op: '>=',
      value: 0.5,
    }),
  ]
}

function regret(result: Result, best: Result | undefined, blind: Result | undefined): number {
  if (best === undefined || blind === undefined) return Number.NaN
  return (result.cost - best.cost) / (blind.cost - best.cost)
}

/** The same proxies, once as newcomers and once as old members: what each gets in the second half. */
function newcomersPart(asNewcomers: Result | undefined, spec: FleetSpec, seed: number): number {
  const asMembers = simulate(ours('weighted'), { ...spec, joinAt: 0 }, seed)
  return (asNewcomers?.newcomerShare ?? Number.NaN) / asMembers.newcomerShare
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length
}
