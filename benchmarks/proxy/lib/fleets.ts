import type { FleetSpec } from './fleet.ts'

const MINUTE = 60_000

const STANDARD: FleetSpec = {
  proxies: 200,
  newcomers: 20,
  joinAt: 0.5,
  durationMs: 40 * MINUTE,
  requestsPerSecond: 25,
  outagePart: 0.7,
  outageMs: 4 * MINUTE,
  capacity: 6,
  badPart: 0.2,
  drift: 0.1,
}

const half = { durationMs: 20 * MINUTE, outageMs: 2 * MINUTE }

/** The standard fleet, and others that differ in what decides: how much there is to learn from, how fast it changes, whether capacity binds. */
export const FLEETS = {
  standard: STANDARD,
  'little traffic': { ...STANDARD, requestsPerSecond: 2 },
  'hardly any traffic': { ...STANDARD, requestsPerSecond: 0.4 },
  '5 proxies': { ...STANDARD, proxies: 5, newcomers: 1, requestsPerSecond: 1 },
  '20 proxies': { ...STANDARD, proxies: 20, newcomers: 2, requestsPerSecond: 2 },
  '20 busy proxies': { ...STANDARD, ...half, proxies: 20, newcomers: 2 },
  '1,000 proxies': { ...STANDARD, proxies: 1000, newcomers: 100, durationMs: 12 * MINUTE, outageMs: MINUTE },
  'much traffic': { ...STANDARD, requestsPerSecond: 200, durationMs: 6 * MINUTE, outageMs: MINUTE },
  'scarce capacity': { ...STANDARD, ...half, requestsPerSecond: 40, capacity: 1.5 },
  'strong drift': { ...STANDARD, ...half, drift: 0.5 },
  'long outages of 90 %': { ...STANDARD, ...half, outagePart: 0.9, outageMs: 5 * MINUTE },
  'no outage': { ...STANDARD, ...half, outagePart: 0 },
  'mostly bad proxies': { ...STANDARD, ...half, badPart: 0.6 },
} satisfies Record<string, FleetSpec>

export type FleetName = keyof typeof FLEETS
