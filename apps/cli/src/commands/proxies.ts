import type { Proxy as ProxyView } from '@refbot/client'
import { command } from '../command.ts'
import { wholeNumber } from '../parse.ts'
import { stateCell } from '../terminal/state.ts'
import type { Cell } from '../terminal/table.ts'
import { duration, localTime, percent } from '../terminal/text.ts'

const NONE = 'No proxies: pages leave directly. Add some under "proxies" in the configuration.'

export const score = command({
  args: { top: { type: 'string', valueHint: 'n', default: '10', description: 'How many, 1 to 100000.' } },
  async run(session, { top }) {
    const limit = wholeNumber('top', top, 1, 100_000)
    const client = await session.client()
    const { strategy, proxies } = await client.listProxies()
    const best = proxies.slice(0, limit)
    session.print({ strategy, total: proxies.length, proxies: best }, () => {
      if (best.length === 0) return NONE
      const heads = [
        { head: 'PROXY' },
        ...['SCORE', 'SUCCESS', 'SPEED', 'RELIABILITY', 'LATENCY', 'USES'].map((head) => ({
          head,
          align: 'right' as const,
        })),
        { head: 'CIRCUIT' },
      ]
      const rest = proxies.length > best.length ? `\n\n${best.length} of ${proxies.length}; strategy ${strategy}.` : ''
      return session.table(heads, best.map(scoreRow)) + rest
    })
  },
})

export const health = command({
  args: {},
  async run(session) {
    const client = await session.client()
    const { proxies } = await client.listProxies()
    const count = (state: string) => proxies.filter((proxy) => stateOf(proxy) === state).length
    const counts = Object.fromEntries(['closed', 'half-open', 'open', 'isolated'].map((state) => [state, count(state)]))
    session.print({ counts, proxies: proxies.map(healthOf) }, () => {
      if (proxies.length === 0) return NONE
      const heads = [
        { head: 'PROXY' },
        { head: 'CIRCUIT' },
        { head: 'INFLIGHT', align: 'right' },
        { head: 'LAST USED' },
        { head: 'TRIED AGAIN' },
      ] as const
      const summary = Object.entries(counts).map(([state, number]) => `${number} ${state}`)
      return `${session.table(heads, proxies.map(healthRow))}\n\n${summary.join(', ')}`
    })
  },
})

function stateOf({ circuit, isolated }: ProxyView): string {
  return isolated ? 'isolated' : circuit
}

function scoreRow(proxy: ProxyView): Cell[] {
  const { success, speed, reliability } = proxy.components
  return [
    proxy.id,
    proxy.score.toFixed(1),
    percent(success),
    percent(speed),
    percent(reliability),
    proxy.latencyMs === undefined ? '–' : duration(proxy.latencyMs),
    String(proxy.uses),
    stateCell(stateOf(proxy)),
  ]
}

function healthOf({ id, circuit, isolated, inflight, lastUsedAt, retryAt }: ProxyView) {
  return { id, circuit, isolated, inflight, lastUsedAt, retryAt }
}

function healthRow(proxy: ProxyView): Cell[] {
  return [
    proxy.id,
    stateCell(stateOf(proxy)),
    String(proxy.inflight),
    proxy.lastUsedAt === undefined ? 'never' : localTime(proxy.lastUsedAt),
    proxy.retryAt === undefined ? '' : localTime(proxy.retryAt),
  ]
}
