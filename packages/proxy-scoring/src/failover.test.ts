import { describe, expect, it, vi } from 'vitest'
import { ProxyScoringError } from './errors.ts'
import { type FailoverReport, withFailover } from './failover.ts'
import { FAILURE_REASONS, isProxyFault } from './outcome.ts'
import { ProxyScorer } from './scorer.ts'
import { ManualClock } from './testing/manual-clock.ts'
import { seededRandom } from './testing/random.ts'

function setUp(names = ['a', 'b', 'c', 'd', 'e']) {
  const proxies = names.map((id) => ({ id, host: `${id}.test`, port: 1, tags: [id] }))
  const scorer = new ProxyScorer({ proxies, clock: new ManualClock(), random: seededRandom(3) })
  const uses = () => Object.fromEntries(scorer.scores().map((score) => [score.proxyId, score.uses]))
  return { scorer, uses }
}
const refused = () => Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })

describe('a failover chain', () => {
  it('goes on to another proxy after a fault of the proxy, and reports each try', async () => {
    const { scorer } = setUp()
    const reports: FailoverReport[] = []
    let time = 0
    const value = await withFailover(
      scorer,
      async ({ number, proxy }) => {
        time += 10
        if (number < 3) throw refused()
        return proxy?.id
      },
      { onAttempt: (report) => reports.push(report), timer: () => time },
    )
    expect(reports.map(({ number, ok, reason, elapsedMs }) => [number, ok, reason, elapsedMs])).toEqual([
      [1, false, 'refused_connection', 10],
      [2, false, 'refused_connection', 10],
      [3, true, null, 10],
    ])
    expect(new Set(reports.map((report) => report.proxyId)).size).toBe(3)
    expect(value).toBe(reports[2]?.proxyId)
    expect(scorer.leased).toBe(0)
    const counted = scorer.scores().filter((score) => score.uses === 1)
    expect(counted.map((score) => score.successes).sort()).toEqual([0, 0, 1])
  })

  it.each(FAILURE_REASONS.filter((reason) => !isProxyFault(reason)))(
    'does not follow on %s, and counts nothing',
    async (reason) => {
      const { scorer, uses } = setUp()
      let tries = 0
      const error = new Error('no')
      const chain = withFailover(scorer, async ({ lease }) => {
        tries += 1
        lease?.fail(reason)
        throw error
      })
      await expect(chain).rejects.toBe(error)
      expect(tries).toBe(1)
      expect(Object.values(uses())).toEqual([0, 0, 0, 0, 0])
      expect(scorer.leased).toBe(0)
    },
  )

  it('throws an error of the caller’s own as it is', async () => {
    const { scorer, uses } = setUp()
    await expect(
      withFailover(scorer, async () => {
        throw new TypeError('bug')
      }),
    ).rejects.toThrow('bug')
    expect(Object.values(uses())).toEqual([0, 0, 0, 0, 0])
  })

  it('is bounded, and says what happened', async () => {
    const { scorer, uses } = setUp()
    const chain = withFailover(scorer, () => Promise.reject(refused()), { maxAttempts: 2 })
    const error = await chain.catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'PROXY_FAILOVER_EXHAUSTED', message: '2 proxies failed one after the other.' })
    expect(error).toBeInstanceOf(ProxyScoringError)
    expect((error as ProxyScoringError).cause).toMatchObject({
      errors: [{ code: 'ECONNREFUSED' }, { code: 'ECONNREFUSED' }],
    })
    expect(Object.values(uses()).filter((n) => n === 1)).toHaveLength(2)
  })

  it('walks through its groups, and connects directly at the very end where that is allowed', async () => {
    const { scorer } = setUp()
    const groups = [{ tags: ['b'] }, { tags: ['d'] }]
    const seen: (string | null)[] = []
    const value = await withFailover(
      scorer,
      async ({ proxy, lease }) => {
        seen.push(proxy?.id ?? null)
        if (proxy !== null) throw refused()
        expect(lease).toBeNull()
        return 'direct'
      },
      { groups, direct: true, maxAttempts: 5 },
    )
    expect([value, seen]).toEqual(['direct', ['b', 'd', null]])
    const without = withFailover(scorer, () => Promise.reject(refused()), { groups, maxAttempts: 5 })
    await expect(without).rejects.toMatchObject({
      code: 'PROXY_FAILOVER_EXHAUSTED',
      message: '2 proxies failed one after the other, and no other is free.',
    })
  })

  it('gives each group its try, however many proxies the earlier ones have', async () => {
    const scorer = new ProxyScorer({ clock: new ManualClock(), random: seededRandom(3) })
    for (const region of ['de', 'fr', 'us'])
      for (let i = 0; i < 4; i += 1) scorer.add({ id: `${region}${i}`, host: `${region}${i}.test`, port: 1, region })
    const walk = async (maxAttempts: number, regions: readonly string[]) => {
      const reports: FailoverReport[] = []
      const use = ({ proxy }: { proxy: unknown }) =>
        proxy === null ? Promise.resolve('direct') : Promise.reject(refused())
      const groups = regions.map((region) => ({ region }))
      await withFailover(scorer, use, {
        groups,
        direct: true,
        maxAttempts,
        onAttempt: (report) => reports.push(report),
      })
      expect(reports.map((report) => report.number)).toEqual(reports.map((_, i) => i + 1))
      return reports.map((report) => report.proxyId?.slice(0, 2) ?? 'direct')
    }
    expect(await walk(3, ['de', 'fr', 'us'])).toEqual(['de', 'fr', 'us', 'direct'])
    expect(await walk(4, ['de', 'fr'])).toEqual(['de', 'de', 'de', 'fr', 'direct'])
    expect(await walk(1, ['de', 'fr', 'us'])).toEqual(['de', 'fr', 'us', 'direct'])
    // A group without anybody leaves its tries to the others, the earlier ones too; the direct try is counted on.
    expect(await walk(3, ['us', 'none'])).toEqual(['us', 'us', 'us', 'direct'])
    for (let i = 1; i < 4; i += 1) scorer.remove(`fr${i}`)
    expect(await walk(5, ['fr', 'none'])).toEqual(['fr', 'direct'])
  })

  it('blames no proxy for a direct connection', async () => {
    const reports: FailoverReport[] = []
    const options = { direct: true, onAttempt: (report: FailoverReport) => reports.push(report) }
    await expect(withFailover(setUp([]).scorer, () => Promise.reject(refused()), options)).rejects.toThrow('refused')
    expect(reports).toMatchObject([{ number: 1, proxyId: null, ok: false, reason: 'target' }])
  })

  it('says that there is nobody when there is nobody for the first try', async () => {
    const { scorer } = setUp([])
    const use = () => Promise.resolve('used')
    await expect(withFailover(scorer, use)).rejects.toMatchObject({ code: 'PROXY_NONE_AVAILABLE' })
    expect(await withFailover(scorer, use, { direct: true })).toBe('used')
  })

  it('ends when it is aborted, and counts that against nobody', async () => {
    const { scorer, uses } = setUp()
    const stop = new AbortController()
    let tries = 0
    const chain = withFailover(
      scorer,
      async () => {
        tries += 1
        stop.abort(new Error('stop'))
        throw refused()
      },
      { signal: stop.signal },
    )
    await expect(chain).rejects.toThrow('refused')
    expect(tries).toBe(1)
    expect(Object.values(uses())).toEqual([0, 0, 0, 0, 0])
  })

  it('keeps its value when who hears of it throws, or the timer was set back', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { scorer, uses } = setUp(['a'])
    let time = 1000
    const value = await withFailover(
      scorer,
      async () => {
        time -= 500
        return 'signed up'
      },
      {
        timer: () => time,
        onAttempt: () => {
          throw new Error('bug')
        },
      },
    )
    expect([value, uses()]).toEqual(['signed up', { a: 1 }])
    expect(warn.mock.calls.map(([text]) => String(text).split('\n')[0])).toEqual([
      'onAttempt of withFailover threw: Error: bug',
    ])
    warn.mockRestore()
  })

  it('checks maxAttempts', async () => {
    await expect(withFailover(setUp().scorer, async () => 1, { maxAttempts: 0 })).rejects.toMatchObject({
      code: 'PROXY_OPTION_INVALID',
    })
  })
})
