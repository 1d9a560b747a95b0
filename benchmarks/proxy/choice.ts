import { type BenchLine, type Goal, line } from '../lib/line.ts'
import type { FleetSpec } from './lib/fleet.ts'
import { FLEETS, type FleetName } from './lib/fleets.ts'
import { finagle, oracle, ours, type PolicyFactory, thompson, uniform } from './lib/policies.ts'
import { type Result, simulate } from './lib/simulate.ts'

const SEEDS = Array.from({ length: 10 }, (_, i) => 11 + i)
const FEW_SEEDS = SEEDS.slice(0, 3)

/** The score to the 24th power and the slow start, nothing else. */
const BARE = { trust: 1, crowding: 0, trialShare: 0 }

const PEERS: Readonly<Record<string, PolicyFactory>> = {
  'Finagle P2C peak-EWMA': finagle,
  'the bare formula': ours('weighted', BARE),
}

/** It looks at every proxy for every pick, so it is asked where the answer differs, and not of each fleet. */
const THOMPSON: Readonly<Record<string, PolicyFactory>> = { 'Thompson sampling': thompson }
const WITH_THOMPSON: readonly FleetName[] = ['standard', 'little traffic', '20 proxies', 'scarce capacity', 'no outage']

/** Where each thing that is added to the bare formula shows what it is for. */
const PARTS: Readonly<Record<string, PolicyFactory>> = {
  'without trust': ours('weighted', { trust: 1 }),
  'without crowding': ours('weighted', { crowding: 0 }),
  'without trials': ours('weighted', { trialShare: 0 }),
}
const WITH_PARTS: readonly FleetName[] = ['standard', 'little traffic', 'scarce capacity']

const STRATEGIES: Readonly<Record<string, PolicyFactory>> = {
  'plain weighted random': ours('weighted', { candidates: 1 }),
  'least-loaded': ours('least-loaded'),
  'round-robin': ours('round-robin'),
  random: ours('random'),
}

/** How good are the choices? Cost above an oracle's, as a part of what choosing blindly costs above it. */
export async function bench(): Promise<BenchLine[]> {
  return (Object.keys(FLEETS) as FleetName[]).flatMap(judge)
}

/** The figures of one fleet. */
export function judge(name: FleetName): BenchLine[] {
  const spec: FleetSpec = FLEETS[name]
  const isStandard = name === 'standard'
  const seeds = isStandard ? SEEDS : FEW_SEEDS
  const run = (factory: PolicyFactory, of = spec, on: readonly number[] = seeds): Result[] =>
    on.map((seed) => simulate(factory, of, seed))
  const best = run(oracle)
  const blind = run(uniform)
  const regrets = (results: readonly Result[]): number[] =>
    results.map((result, i) => {
      const [least, most] = [best[i]?.cost ?? Number.NaN, blind[i]?.cost ?? Number.NaN]
      return (result.cost - least) / (most - least)
    })
  const results = run(ours('weighted'))
  const regret = regrets(results)
  const figure = (metric: string, unit: string, value: number, more: { goal?: Goal; peer?: string; theirs?: number }) =>
    line({ bench: 'proxy/choice', metric: `${name}: ${metric}`, unit, ours: value, ...more })
  const others = { ...PEERS, ...(WITH_THOMPSON.includes(name) ? THOMPSON : {}) }
  const few = { ...(WITH_PARTS.includes(name) ? PARTS : {}), ...(isStandard ? STRATEGIES : {}) }
  const beside = (policies: Readonly<Record<string, PolicyFactory>>, on: readonly number[]): BenchLine[] =>
    Object.entries(policies).map(([peer, factory]) => {
      const theirs = mean(regrets(run(factory, spec, on)))
      return figure('regret', 'of blind', mean(regret.slice(0, on.length)), { peer, theirs })
    })
  const lines = [
    figure('regret', 'of blind', mean(regret), { goal: { on: 'ours', op: '<=', value: 0.3 } }),
    figure('regret of the worst seed', 'of blind', Math.max(...regret), { goal: { on: 'ours', op: '<=', value: 1 } }),
    ...beside(others, seeds),
    ...beside(few, FEW_SEEDS),
    figure('attempts that succeed', 'part', mean(results.map((r) => r.success)), {
      ...(isStandard ? { goal: { on: 'ours', op: '>=', value: 0.94 } as const } : {}),
      peer: 'an oracle',
      theirs: mean(best.map((r) => r.success)),
    }),
    figure('part of the fleet that is used', 'part', mean(results.map((r) => r.used)), {
      ...(isStandard ? { goal: { on: 'ours', op: '>=', value: 0.95 } as const } : {}),
    }),
  ]
  if (!isStandard) return lines
  // The same proxies, once as newcomers and once as old members: what they get in the second half.
  const asMembers = run(ours('weighted'), { ...spec, joinAt: 0 })
  const share = mean(results.map((r) => r.newcomerShare)) / mean(asMembers.map((r) => r.newcomerShare))
  const metric = 'newcomers’ uses, of what they would get had they been there from the start'
  return [...lines, figure(metric, 'part', share, { goal: { on: 'ours', op: '>=', value: 0.5 } })]
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length
}
