import type { Alert, AlertSnapshot, AlertTransition } from '@refbot/analytics'
import type { ProxyMemory } from '@refbot/proxy-scoring'
import { AT } from './contracts.ts'

export const ALERT: Alert = {
  id: 'slow{"plugin":"shop"}',
  ruleId: 'slow',
  severity: 'warning',
  state: 'firing',
  labels: { plugin: 'shop' },
  summary: 'The sign-up is slow',
  value: 7,
  threshold: 5,
  startedAt: AT,
  firedAt: AT,
  updatedAt: AT,
}

export function alertSnapshot(...history: AlertTransition[]): AlertSnapshot {
  return { version: 1, alerts: [], told: [{ alert: ALERT, at: AT }], silences: [], history }
}

export function transition(
  from: AlertTransition['from'],
  to: AlertTransition['to'],
  more: Partial<AlertTransition> = {},
): AlertTransition {
  return { alert: ALERT, from, to, at: AT, ...more }
}

export function proxyMemory(id: string, more: Partial<ProxyMemory> = {}): ProxyMemory {
  return {
    id,
    uses: 3,
    successes: 2,
    samples: 3,
    logLatency: 12.5,
    longSuccesses: 2,
    longSamples: 3,
    ageMs: 1000,
    lastUsedAt: AT,
    circuit: 'closed',
    isolated: false,
    trips: 0,
    retryAt: null,
    closedAt: null,
    failuresInRow: 1,
    successfulProbes: 0,
    recent: { successes: 2, failures: 1 },
    ...more,
  }
}
