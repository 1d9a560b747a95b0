import type { Entry } from './entry.ts'
import type { ResolvedOptions } from './options.ts'
import { type FleetMean, type ScoreOptions, scoreParts } from './score.ts'
import type { ProxyMemory } from './snapshot.ts'
import type { SteadyClock } from './time.ts'
import type { ProxyScore } from './types.ts'

/** An entry as people see it. */
export function show(
  entry: Entry,
  mean: FleetMean,
  now: number,
  clock: SteadyClock,
  options: ScoreOptions,
): ProxyScore {
  const { circuit, proxy } = entry
  const evidence = entry.evidence.agedTo(now, options)
  return {
    proxyId: proxy.id,
    proxy,
    ...scoreParts(evidence, mean, options),
    latencyMs: evidence.successes > 1e-6 ? Math.exp(evidence.logLatency / evidence.successes) : null,
    uses: entry.uses,
    samples: evidence.samples,
    successes: evidence.successes,
    longSamples: evidence.longSamples,
    longSuccesses: evidence.longSuccesses,
    ageMs: now - entry.addedAt,
    lastUsedAt: entry.evidence.lastUsedAt === 0 ? null : clock.toSource(entry.evidence.lastUsedAt),
    inflight: entry.inflight,
    circuit: circuit.state,
    isolated: circuit.isolated,
    retryAt: retryAt(entry, clock),
  }
}

/** When an open circuit lets a probe in; `null` when it is not open, or isolated. */
export function retryAt({ circuit }: Entry, clock: SteadyClock): number | null {
  return circuit.state === 'open' && !circuit.isolated ? clock.toSource(circuit.retryAt) : null
}

/** An entry as a snapshot keeps it. */
export function remember(entry: Entry, now: number, clock: SteadyClock, options: ScoreOptions): ProxyMemory {
  const { state, closedAt, retryAt: _, ...circuit } = entry.circuit.remember(now)
  return {
    id: entry.proxy.id,
    uses: entry.uses,
    ...entry.evidence.agedTo(now, options),
    ageMs: now - entry.addedAt,
    lastUsedAt: entry.evidence.lastUsedAt === 0 ? null : clock.toSource(entry.evidence.lastUsedAt),
    lastSuccessAt: whenever(entry.evidence.lastSuccessAt, clock),
    lastFailureAt: whenever(entry.evidence.lastFailureAt, clock),
    circuit: state,
    ...circuit,
    retryAt: retryAt(entry, clock),
    closedAt: whenever(closedAt, clock),
  }
}

/** A steady time that may never have been. */
function whenever(at: number, clock: SteadyClock): number | null {
  return Number.isFinite(at) ? clock.toSource(at) : null
}

/** Gives an entry back what a snapshot took at `takenAt` (epoch ms); the time since counts as passed. */
export function recall(
  entry: Entry,
  memory: ProxyMemory,
  takenAt: number,
  now: number,
  clock: SteadyClock,
  options: ResolvedOptions,
): void {
  const offset = now - clock.toSource(now)
  // A snapshot from the future (the machine's clock was wrong then or is now) counts as of now.
  const then = Math.min(now, takenAt + offset)
  const { successes, samples, logLatency, longSuccesses, longSamples } = memory
  entry.evidence.set(then, { successes, samples, logLatency, longSuccesses, longSamples })
  entry.evidence.age(now, options)
  entry.uses = memory.uses
  entry.awaitsTrial = memory.uses === 0 && memory.lastUsedAt === null
  entry.addedAt = then - memory.ageMs
  entry.ramping = true
  const { lastSuccessAt = null, lastFailureAt = takenAt } = memory
  const steady = (at: number | null): number => (at === null ? Number.NEGATIVE_INFINITY : Math.min(now, at + offset))
  entry.evidence.lastSuccessAt = steady(lastSuccessAt)
  entry.evidence.lastFailureAt = steady(lastFailureAt)
  entry.evidence.lastUsedAt = memory.lastUsedAt === null ? 0 : Math.min(now, memory.lastUsedAt + offset)
  const { circuit: state, isolated, trips, failuresInRow, successfulProbes, recent } = memory
  // No open time is longer than the longest, whatever the snapshot or the options at its time say.
  const longest = options.circuit.maxOpenMs * (1 + options.circuit.jitter)
  const open = Math.min((memory.retryAt ?? takenAt) - takenAt, longest)
  const retryAt = isolated ? Number.POSITIVE_INFINITY : then + open
  const closedAt = memory.closedAt === null ? Number.NEGATIVE_INFINITY : then + Math.min(0, memory.closedAt - takenAt)
  entry.circuit.recall(
    { state, isolated, trips, retryAt, closedAt, failuresInRow, successfulProbes, recent },
    then,
    options.circuit,
  )
}
