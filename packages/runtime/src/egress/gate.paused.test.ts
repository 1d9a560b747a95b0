import { expect, test } from 'vitest'
import { startSite } from './testing/sites.ts'
import { startGate } from './testing/through.ts'
import { until } from './testing/until.ts'
import { openTunnel } from './tunnel.ts'

test('an origin that is left alone is not even connected to, though a browser opens connections ahead', async () => {
  let paused = true
  await using harness = await startGate({ isPaused: () => paused })
  await using site = await startSite((_req, res) => res.end())
  const ahead = async () => {
    const lease = await harness.lease(site.origin)
    const socket = await openTunnel(harness.gate.door, lease.server, site.origin)
    socket.write('GET / HTTP/1.1\r\n')
    return lease
  }
  await using left = await ahead()
  const answer = await harness.send(left, `${site.origin}/`)
  expect(answer.statusCode).toBe(403)
  paused = false
  await using reached = await ahead()
  await until(() => reached.outcome().localPorts.length === 1)
  expect(left.outcome()).toMatchObject({ localPorts: [], refused: 1 })
  expect(left.records).toMatchObject([{ rule: 'origin_paused' }])
})
