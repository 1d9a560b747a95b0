import { describe, expect, it } from 'vitest'
import { type AlertMemory, step, type Timing, type Verdict } from './machine.ts'
import type { AlertSeverity } from './types.ts'

const identity = { id: 'r', ruleId: 'r', labels: {}, summary: 's' }
const timing: Timing = { forMs: 0, keepFiringForMs: 0, noData: 'keep', outageToleranceMs: 3_600_000 }

/** `w` breaches the warning level, `c` both levels, `b` lies between level and recovery, `k` is clear, `n` no data. */
function verdict(sign: string): Verdict {
  const breach = (...of: [AlertSeverity, number][]): Verdict => ({ type: 'breach', value: 9, breached: new Map(of) })
  switch (sign) {
    case 'w':
      return breach(['warning', 5])
    case 'c':
      return breach(['warning', 5], ['critical', 8])
    case 'b':
      return { type: 'between', value: 4 }
    case 'k':
      return { type: 'clear', value: 1 }
    default:
      return { type: 'none' }
  }
}

/** Plays `sign@seconds` one after the other and writes down each transition as `seconds:from>to`. */
function play(acts: string, options: Partial<Timing> = {}): string {
  let memory: AlertMemory | undefined
  const seen: string[] = []
  for (const act of acts.split(' ')) {
    const [sign = '', seconds = ''] = act.split('@')
    const now = Number(seconds) * 1_000
    const next = step(memory, verdict(sign), now, { ...timing, ...options }, identity)
    // A restart: what is remembered goes through JSON.
    memory = next.memory === undefined ? undefined : JSON.parse(JSON.stringify(next.memory))
    const { transition: t } = next
    if (t === undefined) continue
    expect(t.at).toBe(now)
    seen.push(`${seconds}:${t.from}>${t.to}${t.to === 'firing' ? `(${t.alert.severity})` : ''}`)
  }
  return seen.join(' ')
}

const minute = { forMs: 60_000 }

describe('the life of an alert', () => {
  it.each<[string, string, Partial<Timing>, string]>([
    ['fires at once without a waiting time', 'k@0 w@10 w@20', {}, '10:inactive>firing(warning)'],
    ['waits until the condition has held', 'w@0 w@30 w@60', minute, '0:inactive>pending 60:pending>firing(warning)'],
    [
      'ends a pending alert without a word to anybody',
      'w@0 k@30 w@60 w@90',
      minute,
      '0:inactive>pending 30:pending>inactive 60:inactive>pending',
    ],
    ['ends a pending alert where data stop', 'w@0 n@30', minute, '0:inactive>pending 30:pending>inactive'],
    ['resolves once it is clear', 'w@0 k@10 k@20', {}, '0:inactive>firing(warning) 10:firing>resolved'],
    [
      'does not flap between level and recovery',
      'w@0 b@10 w@20 b@30 k@40',
      {},
      '0:inactive>firing(warning) 40:firing>resolved',
    ],
    [
      'goes on firing for a while after its end',
      'w@0 k@10 k@50 w@60 k@70 k@129 k@130',
      { keepFiringForMs: 60_000 },
      '0:inactive>firing(warning) 130:firing>resolved',
    ],
    ['keeps firing where data stop', 'w@0 n@10 n@9999', {}, '0:inactive>firing(warning)'],
    [
      'resolves where data stop, if the rule says so',
      'w@0 n@10',
      { noData: 'resolve' },
      '0:inactive>firing(warning) 10:firing>resolved',
    ],
    [
      'gets graver and milder while it fires',
      'w@0 c@10 w@20',
      {},
      '0:inactive>firing(warning) 10:firing>firing(critical) 20:firing>firing(warning)',
    ],
    [
      'gets graver only once the graver level has held',
      'w@0 w@60 c@70 c@120 c@130',
      minute,
      '0:inactive>pending 60:pending>firing(warning) 130:firing>firing(critical)',
    ],
    [
      'fires anew after its end',
      'w@0 k@10 w@20',
      {},
      '0:inactive>firing(warning) 10:firing>resolved 20:inactive>firing(warning)',
    ],
    [
      'carries its waiting over a short outage',
      'w@0 w@600',
      { forMs: 300_000 },
      '0:inactive>pending 600:pending>firing(warning)',
    ],
    [
      'waits anew after an outage in which nobody looked',
      'w@0 w@5000 w@5299 w@5300',
      { forMs: 300_000 },
      '0:inactive>pending 5300:pending>firing(warning)',
    ],
    [
      'waits anew when the clock is set back',
      'w@1000 w@500 w@559 w@560',
      minute,
      '1000:inactive>pending 560:pending>firing(warning)',
    ],
    [
      'ends a firing alert although the clock was set back',
      'w@1000 k@500',
      {},
      '1000:inactive>firing(warning) 500:firing>resolved',
    ],
  ])('%s', (_, acts, options, expected) => {
    expect(play(acts, options)).toBe(expected)
  })

  it('remembers when it began, when it fired and when it ended, and keeps who took it on', () => {
    const options = { ...timing, forMs: 10 }
    const a = step(undefined, verdict('w'), 100, options, identity).memory
    const b = step(a, verdict('w'), 110, options, identity).memory
    expect(b?.alert).toMatchObject({ state: 'firing', startedAt: 100, firedAt: 110, threshold: 5, value: 9 })
    const taken = b && { ...b, alert: { ...b.alert, acknowledged: { by: 'me', at: 111 } } }
    const c = step(taken, verdict('c'), 112, options, identity).memory
    expect(c?.alert).toMatchObject({ state: 'firing', severity: 'warning', acknowledged: { by: 'me', at: 111 } })
    const d = step(c, verdict('k'), 120, options, identity).memory
    expect(d?.alert).toMatchObject({ state: 'resolved', startedAt: 100, firedAt: 110, resolvedAt: 120, value: 1 })
  })
})
