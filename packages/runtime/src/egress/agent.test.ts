import { once } from 'node:events'
import { request } from 'node:http'
import { createSecureContext } from 'node:tls'
import { expect, test } from 'vitest'
import { UpstreamAgent } from './agent.ts'
import { startSite } from './testing/sites.ts'

test('what has been ended dials no more, whoever still asks it for a connection', async () => {
  await using site = await startSite((_req, res) => res.end())
  const dialled: number[] = []
  const route = {
    ...{ origin: site.origin, proxy: undefined, timeoutMs: 60_000, sessions: new Map(), trust: createSecureContext() },
    onConnected: (localPort: number) => dialled.push(localPort),
  }
  const agent = new UpstreamAgent(route, Date.now)
  agent.destroy()
  const sent = request({ agent, path: '/', setHost: false, headers: [] })
  sent.end()
  await once(sent, 'error').catch(() => undefined)
  expect([dialled, site.arrived]).toEqual([[], []])
})
