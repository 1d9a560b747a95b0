import { expect } from 'vitest'
import { ProxyScoringError } from '../errors.ts'
import type { ProxyLease } from '../lease.ts'
import { FAILURE_REASONS } from '../outcome.ts'
import { ProxyScorer } from '../scorer.ts'
import type { AcquireOptions, LoadBalancingStrategy } from '../types.ts'
import { ManualClock } from './manual-clock.ts'
import { seededRandom } from './random.ts'

const STRATEGIES: readonly LoadBalancingStrategy[] = ['weighted', 'least-loaded', 'round-robin', 'random']
const REGIONS = ['de', 'fr', 'us']

/** Mixed operations of every kind against a scorer, with a plain model of what must hold. */
export function mixedOperations(operations: number, seed: number) {
  const random = seededRandom(seed)
  const clock = new ManualClock()
  const scorer = new ProxyScorer({ clock, random: seededRandom(seed + 1), maxInflight: 4, leaseTtlMs: 60_000 })
  const held: ProxyLease[] = []
  const present = new Set<string>()
  const counts = { acquired: 0, none: 0, settled: 0 }
  scorer.on('settled', () => {
    counts.settled += 1
  })
  const some = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)]
  const want = (): AcquireOptions => ({
    strategy: some(STRATEGIES),
    ...(random() < 0.2 ? { region: some(REGIONS) } : {}),
    ...(random() < 0.1 ? { tags: [`t${Math.floor(random() * 50)}`] } : {}),
    ...(random() < 0.1 ? { stickyKey: `k${Math.floor(random() * 20)}` } : {}),
    ...(random() < 0.2 ? { exclude: [...present].slice(0, 2) } : {}),
  })
  const check = () => {
    const scores = scorer.scores()
    expect(scores.length).toBe(present.size)
    let inflight = 0
    for (const score of scores) {
      inflight += score.inflight
      const sound =
        present.has(score.proxyId) &&
        score.score >= 0 &&
        score.score <= 100 &&
        score.success >= 0 &&
        score.success <= 1 &&
        score.speed >= 0 &&
        score.speed <= 1 &&
        score.reliability >= 0 &&
        score.reliability <= 1 &&
        score.inflight >= 0 &&
        score.inflight <= 4 &&
        score.successes <= score.samples + 1e-9 &&
        score.samples <= score.uses + 1e-9
      if (!sound) expect.fail(`corrupt: ${JSON.stringify(score)}`)
    }
    expect(inflight).toBe(scorer.leased)
    // Every lease that began is told to end, once.
    expect(counts.acquired - counts.settled).toBe(scorer.leased)
  }
  for (let i = 0; i < operations; i += 1) {
    const dice = random()
    if (dice < 0.45) {
      const options = want()
      try {
        const lease = scorer.acquireSync(options)
        counts.acquired += 1
        if (options.exclude?.includes(lease.proxy.id)) expect.fail('an excluded proxy was leased')
        if (options.region !== undefined && lease.proxy.region !== options.region) expect.fail('the wrong region')
        held.push(lease)
      } catch (error) {
        if (!(error instanceof ProxyScoringError) || error.code !== 'PROXY_NONE_AVAILABLE') throw error
        counts.none += 1
      }
    } else if (dice < 0.88) {
      const index = Math.floor(random() * held.length)
      const lease = held[index]
      const last = held.pop()
      if (lease === undefined || last === undefined) continue
      if (lease !== last) held[index] = last
      if (random() < 0.7) lease.succeed(random() * 20_000)
      else if (random() < 0.8) lease.fail(some(FAILURE_REASONS) ?? 'reset')
      else lease[Symbol.dispose]()
      if (random() < 0.1) expect(lease.succeed(1)).toBe(false)
    } else if (dice < 0.91) {
      if (present.size < 300) {
        const id = `p${i}`
        scorer.add({ id, host: 'h.test', port: 1 + (i % 60_000), region: REGIONS[i % 3], tags: [`t${i % 50}`] })
        present.add(id)
      }
    } else if (dice < 0.93) {
      const id = some([...present])
      if (id !== undefined && present.size > 50) {
        scorer.remove(id)
        present.delete(id)
      }
    } else if (dice < 0.95) {
      const id = some([...present])
      if (id === undefined) continue
      if (random() < 0.3) scorer.isolate(id)
      else scorer.release(id)
    } else if (dice < 0.96) {
      const id = some([...present])
      if (id !== undefined) scorer.report(id, random() < 0.5 ? { latencyMs: 100 } : { reason: 'reset' })
    } else clock.advance(random() < 0.02 ? -10_000 : random() * 2000)
    if (i % 5000 === 0) check()
  }
  check()
  // Once every lease has leaked away, nothing is held: no count was lost.
  clock.advance(60_001)
  scorer.scores()
  return { scorer, counts, clock }
}
