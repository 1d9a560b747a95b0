import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CIRCUIT_TRANSITIONS, Circuit, type CircuitState, DEFAULT_CIRCUIT } from './circuit.ts'

const options = DEFAULT_CIRCUIT
const middle = () => 0.5

function fail(circuit: Circuit, times: number, now: number): void {
  for (let i = 0; i < times; i += 1) circuit.report(1, false, now, options, middle)
}

function opened(now = 0): Circuit {
  const circuit = new Circuit()
  fail(circuit, 4, now)
  expect(circuit.state).toBe('open')
  return circuit
}

describe('a circuit', () => {
  it('trips at four failures in a row, not at three', () => {
    const circuit = new Circuit()
    fail(circuit, 3, 0)
    circuit.report(1, true, 0, options, middle)
    fail(circuit, 3, 0)
    expect(circuit.state).toBe('closed')
    fail(circuit, 1, 0)
    expect(circuit.state).toBe('open')
  })

  it('trips at more than 60 % of more than eight', () => {
    const circuit = new Circuit()
    const pattern = 'FFFSFFFSF' // 7 of 9, never four in a row
    for (const [i, one] of [...pattern].entries()) {
      expect(circuit.state, `before outcome ${i + 1}`).toBe('closed')
      circuit.report(1, one === 'S', i, options, middle)
    }
    expect(circuit.state).toBe('open')
  })

  it('forgets what slid out of the window', () => {
    const circuit = new Circuit()
    for (const one of 'FFFSFFFS') circuit.report(1, one === 'S', 0, options, middle)
    circuit.report(1, false, 3_600_000, options, middle)
    expect(circuit.state).toBe('closed')
  })

  it('stays open 10 s, then twice as long each time, 120 s at most', () => {
    const circuit = opened(0)
    let now = 0
    for (const openMs of [10_000, 20_000, 40_000, 80_000, 120_000, 120_000]) {
      expect(circuit.retryAt - now).toBe(openMs)
      expect(circuit.tick(circuit.retryAt - 1)).toBeUndefined()
      now = circuit.retryAt
      expect(circuit.tick(now)).toMatchObject({ to: 'half-open', input: 'waited' })
      circuit.started(7, now, options)
      expect(circuit.report(7, false, now, options, middle)).toMatchObject({ to: 'open', input: 'probe_failed' })
    }
  })

  it.each([
    [0, 8000],
    [0.5, 10_000],
    [1 - Number.EPSILON, 12_000],
  ])('varies by a fifth to both sides: a draw of %d gives %i ms', (draw, openMs) => {
    const circuit = new Circuit()
    for (let i = 0; i < 4; i += 1) circuit.report(1, false, 0, options, () => draw)
    expect(circuit.retryAt).toBeCloseTo(openMs, 6)
  })

  it('goes on doubling when it trips again soon after it closed, and starts anew after a quiet time', () => {
    const recover = (circuit: Circuit) => {
      const now = circuit.retryAt
      circuit.tick(now)
      for (const probe of [1, 2]) {
        circuit.started(probe, now, options)
        circuit.report(probe, true, now, options, middle)
      }
      expect(circuit.state).toBe('closed')
      return now
    }
    const flapping = opened()
    const soon = recover(flapping) + 1000
    fail(flapping, 4, soon)
    expect(flapping.retryAt - soon).toBe(20_000)
    const late = recover(flapping) + options.maxOpenMs
    fail(flapping, 4, late)
    expect(flapping.retryAt - late).toBe(10_000)
  })

  it('lets one probe in at a time, and another one when that never reports', () => {
    const circuit = opened()
    const now = circuit.retryAt
    circuit.tick(now)
    circuit.started(5, now, options)
    expect(circuit.probing(now)).toBe(true)
    expect(circuit.probing(now + options.probeTtlMs - 1)).toBe(true)
    expect(circuit.probing(now + options.probeTtlMs)).toBe(false)
    circuit.started(6, now + options.probeTtlMs, options)
    expect(circuit.report(5, true, now + options.probeTtlMs, options, middle)).toBeUndefined()
    expect(circuit.probing(now + options.probeTtlMs)).toBe(true)
  })

  it('hears probes that outlived their place, whoever has it by then', () => {
    const slow = (ok: boolean) => {
      const circuit = opened()
      let now = circuit.retryAt
      circuit.tick(now)
      for (let lease = 5; circuit.state === 'half-open' && lease < 50; lease += 1) {
        circuit.started(lease, now, options)
        now += options.probeTtlMs
        if (lease > 5) circuit.report(lease - 1, ok, now, options, middle)
      }
      return circuit.state
    }
    expect([slow(true), slow(false)]).toEqual(['closed', 'open'])
  })

  it('does not trip again by uses from before the trip that end after the recovery', () => {
    const circuit = opened()
    const now = circuit.retryAt
    circuit.tick(now)
    for (const probe of [20, 21]) {
      circuit.started(probe, now, options)
      circuit.report(probe, true, now, options, middle)
    }
    expect(circuit.state).toBe('closed')
    for (const straggler of [11, 12, 13, 14]) circuit.report(straggler, false, now, options, middle)
    expect(circuit.state).toBe('closed')
    for (const lease of [22, 23, 24, 25]) circuit.report(lease, false, now, options, middle)
    expect(circuit.state).toBe('open')
  })

  it('hears every use after a recovery that reports without leases brought about', () => {
    const circuit = opened()
    const now = circuit.retryAt
    circuit.tick(now)
    for (let i = 0; i < 2; i += 1) {
      circuit.started(-1, now, options)
      circuit.report(-1, true, now, options, middle)
    }
    expect(circuit.state).toBe('closed')
    for (const lease of [22, 23, 24, 25]) circuit.report(lease, false, now, options, middle)
    expect(circuit.state).toBe('open')
  })

  it('gives the place back when a probe ends without news', () => {
    const circuit = opened()
    circuit.tick(circuit.retryAt)
    circuit.started(5, circuit.retryAt, options)
    circuit.ended(4)
    expect(circuit.probing(circuit.retryAt)).toBe(true)
    circuit.ended(5)
    expect(circuit.probing(circuit.retryAt)).toBe(false)
    expect(circuit.state).toBe('half-open')
  })

  it('does not hear uses from before the trip', () => {
    const circuit = opened()
    expect(circuit.report(1, true, 1, options, middle)).toBeUndefined()
    circuit.tick(circuit.retryAt)
    circuit.started(5, circuit.retryAt, options)
    expect(circuit.report(1, false, circuit.retryAt, options, middle)).toBeUndefined()
    expect(circuit.state).toBe('half-open')
  })

  it('stays out while isolated, and comes back closed', () => {
    const circuit = new Circuit()
    expect(circuit.isolate()).toEqual({ from: 'closed', to: 'open', input: 'isolated' })
    expect(circuit.isolate()).toBeUndefined()
    expect(circuit.tick(Number.MAX_SAFE_INTEGER)).toBeUndefined()
    expect(circuit.admitsAt(0)).toBe(Number.POSITIVE_INFINITY)
    expect(circuit.release(9)).toEqual({ from: 'open', to: 'closed', input: 'released' })
    expect(circuit.release(9)).toBeUndefined()
    fail(circuit, 3, 9)
    expect(circuit.state).toBe('closed')
  })

  it('moves only as the table says, whatever happens', () => {
    const action = fc.oneof(
      fc.record({ do: fc.constant('report' as const), ok: fc.boolean(), lease: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ do: fc.constant('start' as const), lease: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ do: fc.constant('end' as const), lease: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ do: fc.constant('wait' as const), ms: fc.nat(200_000) }),
      fc.record({ do: fc.constantFrom('isolate' as const, 'release' as const, 'storm' as const) }),
    )
    const reached = new Set<CircuitState>()
    fc.assert(
      fc.property(
        fc.array(action, { maxLength: 150 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (actions, draw) => {
          const circuit = new Circuit()
          let now = 1000
          for (const one of actions) {
            const before = circuit.state
            const isolated = circuit.isolated
            let moved: ReturnType<Circuit['tick']>
            if (one.do === 'wait') {
              now += one.ms
              moved = circuit.tick(now)
            } else if (one.do === 'report') moved = circuit.report(one.lease, one.ok, now, options, () => draw)
            else if (one.do === 'storm') {
              // Four failures in a row, or chance would rarely trip it.
              const results = [1, 1, 1, 1].map((lease) => circuit.report(lease, false, now, options, () => draw))
              moved = results.find((result) => result !== undefined)
            } else if (one.do === 'start') circuit.started(one.lease, now, options)
            else if (one.do === 'end') circuit.ended(one.lease)
            else moved = one.do === 'isolate' ? circuit.isolate() : circuit.release(now)
            if (moved === undefined) expect(circuit.state).toBe(before)
            else {
              expect(moved.from).toBe(before)
              expect(CIRCUIT_TRANSITIONS[before][moved.input]).toBe(circuit.state)
            }
            if (isolated && one.do !== 'release') expect(circuit.state).toBe('open')
            if (circuit.state === 'open' && !circuit.isolated) {
              expect(circuit.retryAt - now).toBeLessThanOrEqual(options.maxOpenMs * (1 + options.jitter))
            }
            reached.add(circuit.state)
          }
        },
      ),
      { numRuns: 300 },
    )
    expect(reached).toEqual(new Set(['closed', 'open', 'half-open']))
  })
})
