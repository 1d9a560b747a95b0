import { Circuit, DEFAULT_CIRCUIT } from '../../packages/proxy-scoring/src/circuit.ts'
import { type BenchLine, line, median } from '../lib/line.ts'

const CALLS = 100_000
const ROUNDS = 7

/** The part of opossum that is used here; it brings no types. */
type OpossumBreaker = new (
  work: () => Promise<number>,
  options: { timeout: false },
) => { fire(): Promise<unknown>; shutdown(): void }

/** What does the circuit breaker add to a call that succeeds? The bare call's own time is taken off. */
export async function bench(): Promise<BenchLine[]> {
  const { circuitBreaker, ConsecutiveBreaker, handleAll } = await import('cockatiel')
  const { default: Opossum }: { default: OpossumBreaker } = await import('opossum' as string)
  const work = async (): Promise<number> => 1
  const policy = circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(4) })
  const breaker = new Opossum(work, { timeout: false })
  const circuit = new Circuit()
  // Each loop as a caller would write it: ours stands around the call, the peers' wrap it.
  const runs = {
    bare: async () => {
      for (let i = 0; i < CALLS; i += 1) await work()
    },
    ours: async () => {
      for (let i = 0; i < CALLS; i += 1) {
        if (circuit.state !== 'closed') throw new Error('open')
        await work()
        circuit.report(1, true, Date.now(), DEFAULT_CIRCUIT, Math.random)
      }
    },
    cockatiel: async () => {
      for (let i = 0; i < CALLS; i += 1) await policy.execute(work)
    },
    opossum: async () => {
      for (let i = 0; i < CALLS; i += 1) await breaker.fire()
    },
  }
  const times: Record<keyof typeof runs, number[]> = { bare: [], ours: [], cockatiel: [], opossum: [] }
  for (let round = 0; round < ROUNDS; round += 1)
    for (const name of Object.keys(runs) as (keyof typeof runs)[]) times[name].push(await nsPerCall(runs[name]))
  breaker.shutdown()
  const added = (name: keyof typeof runs): number => Math.max(1, median(times[name]) - median(times.bare))
  return (['cockatiel', 'opossum'] as const).map((peer) =>
    line({
      bench: 'proxy/breaker',
      metric: 'added to a call',
      unit: 'ns',
      ours: added('ours'),
      peer: peer === 'cockatiel' ? 'cockatiel 4.0' : 'opossum 10.0',
      theirs: added(peer),
      goal: { on: 'ratio', op: '<=', value: 1 },
    }),
  )
}

async function nsPerCall(loop: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await loop()
  return ((performance.now() - began) * 1e6) / CALLS
}
