import type { CircuitState } from './circuit.ts'
import { ProxyScoringError } from './errors.ts'

/** What the scorer has learnt, without proxies' addresses or credentials; plain JSON. */
export interface ProxyScorerSnapshot {
  readonly version: 1
  /** Epoch ms. */
  readonly takenAt: number
  readonly proxies: readonly ProxyMemory[]
}

export interface ProxyMemory {
  readonly id: string
  readonly uses: number
  readonly successes: number
  readonly samples: number
  readonly logLatency: number
  readonly longSuccesses: number
  readonly longSamples: number
  /** How long ago it was added, ms. */
  readonly ageMs: number
  /** Epoch ms; `null` when never. */
  readonly lastUsedAt: number | null
  /** Epoch ms; `null` when never. Older snapshots have none. */
  readonly lastSuccessAt?: number | null
  /** The same of its last failure. */
  readonly lastFailureAt?: number | null
  readonly circuit: CircuitState
  readonly isolated: boolean
  readonly trips: number
  /** Epoch ms; `null` unless open and not isolated. */
  readonly retryAt: number | null
  /** Epoch ms; `null` when the circuit never closed again. */
  readonly closedAt: number | null
  readonly failuresInRow: number
  readonly successfulProbes: number
  /** Outcomes in the circuit's window. */
  readonly recent: { readonly successes: number; readonly failures: number }
}

/**
 * Checks a snapshot that comes from outside.
 * @throws ProxyScoringError `PROXY_SNAPSHOT_INVALID`
 */
export function checkSnapshot(value: unknown): ProxyScorerSnapshot {
  if (!isRecord(value)) throw damaged('it is no object')
  if (value.version !== 1) throw damaged('its version is not 1')
  if (!isTime(value.takenAt) || !Array.isArray(value.proxies)) throw damaged('its head is damaged')
  const ids = new Set<string>()
  for (const memory of value.proxies) {
    if (!isMemory(memory)) throw damaged('an entry is damaged')
    if (ids.has(memory.id)) throw damaged('it holds a proxy twice')
    ids.add(memory.id)
  }
  return value as unknown as ProxyScorerSnapshot
}

const COUNTS: readonly (keyof ProxyMemory)[] = [
  'uses',
  'successes',
  'samples',
  'logLatency',
  'longSuccesses',
  'longSamples',
  'trips',
  'failuresInRow',
  'successfulProbes',
]

/** More outcomes than a window can hold. */
const MAX_RECENT = 1e6
/** More uses than a proxy can have had; beyond it, sums over the fleet would lose single uses. */
const MAX_COUNT = 1e12
/** The natural logarithm of the largest number: no latency has a larger one. */
const MAX_LOG = 710

function isMemory(value: unknown): value is ProxyMemory {
  if (!isRecord(value) || typeof value.id !== 'string') return false
  const counts = [...COUNTS].map((key) => value[key])
  const { recent } = value
  if (!isRecord(recent)) return false
  if (![...counts, recent.successes, recent.failures].every(isCount)) return false
  if (Number(recent.successes) + Number(recent.failures) > MAX_RECENT) return false
  if (Number(value.successes) > Number(value.samples) || Number(value.longSuccesses) > Number(value.longSamples))
    return false
  if (Number(value.logLatency) > MAX_LOG * Number(value.successes) + 1e-6) return false
  // Added when the machine's clock still stood at 1970, a proxy is older than any count may be.
  if (!isTime(value.ageMs) || value.ageMs < 0) return false
  // Who is isolated is shut out.
  if (value.isolated === true && value.circuit !== 'open') return false
  if (
    ![value.lastUsedAt, value.lastSuccessAt ?? null, value.lastFailureAt ?? null, value.retryAt, value.closedAt].every(
      (at) => at === null || isTime(at),
    )
  )
    return false
  return typeof value.isolated === 'boolean' && ['closed', 'open', 'half-open'].includes(String(value.circuit))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= MAX_COUNT
}

function isTime(value: unknown): value is number {
  // What a Date can hold.
  return typeof value === 'number' && Math.abs(value) <= 8.64e15
}

function damaged(what: string): ProxyScoringError {
  return new ProxyScoringError('PROXY_SNAPSHOT_INVALID', `The snapshot can't be restored: ${what}.`, {
    hint: 'Start without it; scores are learnt anew.',
  })
}
