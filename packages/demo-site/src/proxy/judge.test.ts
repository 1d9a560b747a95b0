import { describe, expect, it } from 'vitest'
import { type ProxyFault, proxyFaults } from './faults.ts'
import { createJudge } from './judge.ts'
import { parseAuthority } from './target.ts'

const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`
const target = parseAuthority('127.0.0.1:8080')
const judge = (fault: ProxyFault = 'none', password = 'päss:wort') =>
  createJudge({ username: 'ada', password, behaviour: proxyFaults[fault] })

it('forwards an authorised request for loopback', () => {
  expect(judge()({ target, authorization: basic('ada:päss:wort') })).toEqual({ verdict: 'forwarded', target })
  expect(judge()({ target, authorization: basic('ada:päss:wort').replace('Basic', 'bAsIc') })).toMatchObject({
    verdict: 'forwarded',
  })
})

it.each([undefined, '', 'Basic', basic('ada:'), basic('ada:wrong'), basic('eve:päss:wort'), 'Bearer token'])(
  'asks for credentials when given %j',
  (authorization) => {
    expect(judge()({ target, authorization })).toMatchObject({ verdict: 'unauthorised', status: 407 })
  },
)

describe('with the right credentials', () => {
  const authorization = basic('ada:päss:wort')

  it('refuses what is no target, and what is not loopback', () => {
    expect(judge()({ target: undefined, authorization })).toMatchObject({ verdict: 'refused', status: 400 })
    expect(judge()({ target: parseAuthority('example.com:443'), authorization })).toMatchObject({
      verdict: 'refused',
      status: 403,
    })
  })

  it('counts for refuse-half only what would be forwarded', () => {
    const decide = judge('refuse-half')
    const good = { target, authorization }
    const statuses = [
      { target, authorization: undefined },
      { target: undefined, authorization },
      good,
      { target: parseAuthority('example.com:80'), authorization },
      { target, authorization: basic('eve:x') },
      good,
      good,
      good,
    ].map((ask) => {
      const decision = decide(ask)
      return decision.verdict === 'forwarded' ? 'forwarded' : decision.status
    })
    expect(statuses).toEqual([407, 400, 503, 403, 407, 'forwarded', 503, 'forwarded'])
  })
})
