import type { Submission } from '@refbot/plugin-registration'
import { describe, expect, it } from 'vitest'
import { differences, type Evidence } from './verify.ts'

const row = (index: number, overrides: Partial<Submission> = {}): Submission =>
  ({
    index,
    outcome: 'success',
    proxy: 'A',
    identity: { firstName: 'Ada', lastName: 'L', email: `${index}@example.com` },
    attempts: [{ proxy: 'A', localPorts: [1000 + index] }],
    ...overrides,
  }) as Submission

const entry = (port: number, verdict: 'forwarded' | 'refused' = 'forwarded') => ({
  client: `127.0.0.1:${port}`,
  authority: '127.0.0.1:80',
  verdict,
})

const agreeing: Evidence = {
  runId: 'run',
  authority: '127.0.0.1:80',
  submissions: [
    row(0),
    row(1, {
      attempts: [
        { proxy: 'B', fault: 'PROXY_TUNNEL_REFUSED', localPorts: [2000] },
        { proxy: 'A', localPorts: [1001] },
      ],
    }),
    row(2, { outcome: 'rejected' }),
  ],
  accounts: [
    { email: '0@example.com', runId: 'run' },
    { email: '1@example.com', runId: 'run' },
  ],
  accessLogs: new Map([
    ['A', [entry(1000), entry(1001), entry(1002)]],
    ['B', [entry(2000, 'refused')]],
  ]),
}

describe('the comparison of a demo', () => {
  it('finds nothing where all sides agree', () => {
    expect(differences(agreeing)).toEqual([])
  })

  it.each<[string, Partial<Evidence>, RegExp]>([
    [
      'an account that the site lost',
      { accounts: agreeing.accounts.slice(1) },
      /0@example\.com was reported.*does not hold/,
    ],
    [
      'an account that no row reports',
      { accounts: [...agreeing.accounts, { email: 'x@example.com', runId: 'run' }] },
      /holds x@example\.com/,
    ],
    ['an account of another run', { runId: 'other' }, /for run run, not for other/],
    [
      'a connection that the proxy did not log',
      {
        accessLogs: new Map([
          ['A', [entry(1000), entry(1001)]],
          ['B', [entry(2000)]],
        ]),
      },
      /port 1002/,
    ],
    [
      'a connection that belongs to no row',
      {
        accessLogs: new Map([
          ['A', [...(agreeing.accessLogs.get('A') ?? []), entry(9)]],
          ['B', [entry(2000)]],
        ]),
      },
      /127\.0\.0\.1:9, which belongs to no row/,
    ],
    [
      'a success that the proxy refused',
      {
        accessLogs: new Map([
          ['A', [entry(1000, 'refused'), entry(1001), entry(1002)]],
          ['B', [entry(2000)]],
        ]),
      },
      /Row 1 succeeded.*forwarded nothing/,
    ],
    [
      'a proxy that is none of the demo',
      { accessLogs: new Map([['A', agreeing.accessLogs.get('A') ?? []]]) },
      /B, which is no proxy/,
    ],
  ])('finds %s', (_, change, sentence) => {
    expect(differences({ ...agreeing, ...change }).join('\n')).toMatch(sentence)
  })
})
